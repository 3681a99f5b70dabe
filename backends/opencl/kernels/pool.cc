#include "backends/opencl/kernels/pool.h"

#include <span>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/tile_text.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// "const long y0 = max(...)": the part of the window inside of the image.
std::string Bounds(const Window& w) {
  std::string text;
  const char* const names[] = {"z", "y", "x"};
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const char* const n = names[d];
    text += StrCat("    const long ", n, "0 = o", n, " * ", w.stride[d], " - ",
                   w.pad_begin[d], ";\n");
  }
  return text;
}

std::string Loops(const Window& w, const std::string& inner) {
  std::string text;
  const char* const names[] = {"z", "y", "x"};
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const char* const n = names[d];
    text += StrCat("    for (int k", n, " = 0; k", n, " < ", w.kernel[d],
                   "; ++k", n, ") {\n    const long i", n, " = ", n, "0 + k", n,
                   " * ", w.dilation[d], ";\n    if (i", n, " < 0 || i", n,
                   " >= ", w.in[d], ") continue;\n");
  }
  return StrCat(text, inner, "    }}}\n");
}

// How many places of the window count: all that lie in the padded image, or in
// the image.
std::string CountText(const PoolNode& pool) {
  const Window& w = pool.window;
  std::string text = "    float count = 1.0f;\n";
  const char* const names[] = {"z", "y", "x"};
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const int64_t begin = pool.count_padding ? -w.pad_begin[d] : 0;
    const int64_t end = pool.count_padding ? w.in[d] + w.pad_end[d] : w.in[d];
    text +=
        StrCat("    { int c = 0; for (int k = 0; k < ", w.kernel[d],
               "; ++k) { const long i = ", names[d], "0 + k * ", w.dilation[d],
               "; c += i >= ", begin, " && i < ", end, "; } count *= c; }\n");
  }
  return text;
}

struct PoolText {
  std::string start;
  std::string step;  // of s and the value v
  std::string end;
};

PoolText TextOf(const PoolNode& pool, graph::DataType type,
                const std::string& vector) {
  const bool is_float = (TypeBit(type) & kFloatTypes) != 0;
  switch (pool.kind) {
    case PoolKind::kMax:
      if (is_float) {
        return {StrCat("(", vector, ")(-INFINITY)"), "s = v > s ? v : s;", ""};
      }
      return {type == graph::DataType::kInt8 ? "(char)-128" : "(uchar)0",
              "s = max(s, v);", ""};
    case PoolKind::kAverage:
      return {StrCat("(", vector, ")(0)"), "s += v;",
              StrCat("    s /= (", vector, ")(count);\n")};
    case PoolKind::kLp:
      if (pool.p == 1)
        return {StrCat("(", vector, ")(0)"), "s += fabs(v);", ""};
      if (pool.p == 2) {
        return {StrCat("(", vector, ")(0)"), "s += v * v;",
                "    s = sqrt(s);\n"};
      }
      return {StrCat("(", vector, ")(0)"),
              StrCat("s += pow(fabs(v), (", vector, ")", pool.p, ");"),
              StrCat("    s = pow(s, (", vector, ")1 / (", vector, ")", pool.p,
                     ");\n")};
  }
  return {};
}

// Position of the pixel in a plane.
std::string PixelIndex(const Window& w) {
  return StrCat("(iz * ", w.in[1], "L + iy) * ", w.in[2], " + ix");
}

Launch PlainPool(const PrepareContext& ctx, const PoolNode& pool,
                 int64_t planes) {
  const Window& w = pool.window;
  const graph::DataType type = ctx.in(0).type;
  const char* const compute = KernelTypeOf(type).compute;
  const PoolText text = TextOf(pool, type, compute);
  KernelText kernel;
  kernel.In("x", type, 0).Out("y", type, 0);
  const bool index = ctx.HasOutput(1);
  if (index) kernel.OutAs("where", "long", 1);
  std::string body =
      StrCat("    const long oz = c1, oy = c2, ox = c3;\n", Bounds(w), "    ",
             compute, " s = ", text.start, ";\n    long best = -1;\n");
  if (pool.kind == PoolKind::kAverage) body += CountText(pool);
  const std::string at =
      StrCat("c0 * (long)", w.in_points(), " + ", PixelIndex(w));
  std::string inner =
      StrCat("    const ", compute, " v = ", LoadText(type, "x", at), ";\n");
  if (index) {
    // Places are counted along rows, or along columns with storage_order.
    const std::string place =
        ctx.attrs().Int("storage_order", 0) == 0
            ? at
            : StrCat("c0 * (long)", w.in_points(), " + iz + ", w.in[0],
                     " * (iy + ", w.in[1], " * ix)");
    inner += StrCat("    if (best < 0 || v > s) best = ", place, ";\n");
  }
  body += Loops(w, StrCat(inner, "    ", text.step, "\n"));
  body += text.end;
  if (index) body += "    where[i] = best;\n";
  body += StrCat("    ", StoreText(type, "y", "i", "s"));
  const graph::Shape dims = {planes, w.out[0], w.out[1], w.out[2]};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
}

Launch BlockedPool(const PrepareContext& ctx, const PoolNode& pool,
                   int64_t planes, int width) {
  const Window& w = pool.window;
  const std::string vector = StrCat("float", width);
  const PoolText text = TextOf(pool, graph::DataType::kFloat, vector);
  KernelText kernel;
  kernel.InAs("x", "float", 0).OutAs("y", "float", 0).Restrict();
  std::string body =
      StrCat("    const long oz = c1, oy = c2, ox = c3;\n", Bounds(w), "    ",
             vector, " s = ", text.start, ";\n");
  if (pool.kind == PoolKind::kAverage) body += CountText(pool);
  body += Loops(w, StrCat("    const ", vector, " v = vload", width,
                          "(c0 * (long)", w.in_points(), " + ", PixelIndex(w),
                          ", x);\n    ", text.step, "\n"));
  body += StrCat(text.end, "    vstore", width, "(s, i, y);");
  const graph::Shape dims = {planes, w.out[0], w.out[1], w.out[2]};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
}

}  // namespace

Result<Window> GlobalWindow(const NodeView& node, const graph::Shape& in_dims) {
  if (in_dims.size() < 3 || in_dims.size() > 2 + kMaxSpatial) {
    return ShapeError(node, StrCat("an image of shape ", ShapeText(in_dims)));
  }
  Window window;
  window.rank = in_dims.size() - 2;
  for (size_t d = 0; d < window.rank; ++d) {
    const size_t to = kMaxSpatial - window.rank + d;
    window.in[to] = in_dims[2 + d];
    window.kernel[to] = in_dims[2 + d];
  }
  return window;
}

Status PlanPool(PrepareContext& ctx, const PoolNode& pool) {
  const DeviceFacts& facts = FactsOf(ctx);
  const TensorDesc in = ctx.in(0);
  const graph::Shape out = WindowOutput(pool.window, in.dims[0], in.dims[1]);
  const Layout layout = BlockedLayout(facts);
  // Where the input is in blocks already; to block it would not pay.
  const bool blocked = facts.is_cpu() && in.layout == layout &&
                       in.type == graph::DataType::kFloat && !ctx.HasOutput(1);
  const Layout used = blocked ? layout : Layout::kPlain;
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, used));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, out, used}));
  if (ctx.HasOutput(1)) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(1, {graph::DataType::kInt64, out, Layout::kPlain}));
  }
  std::vector<Launch> launches;
  if (Product(out) > 0) {
    const int width = VectorWidth(facts);
    launches.push_back(
        blocked ? BlockedPool(ctx, pool,
                              in.dims[0] * ((in.dims[1] + width - 1) / width),
                              width)
                : PlainPool(ctx, pool, in.dims[0] * in.dims[1]));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
