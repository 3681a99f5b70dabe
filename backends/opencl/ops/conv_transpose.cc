// Products of the weights with all pixels of an image, then for every pixel of
// the output the sum of the products that reach it. Where few channels meet, or
// on devices that do no products in tiles of registers, each output pixel sums
// up its own.
#include <algorithm>
#include <numeric>

#include "backends/common/ops/conv_node.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr const char* kAxes[] = {"z", "y", "x"};
// Channels that are worth a product.
constexpr int64_t kLeastDepth = 4;
// Numbers that the products of some images may take.
constexpr int64_t kMostProducts = int64_t{1} << 25;

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return SupportsWindow(node);
}

// Loops over the taps that reach an output pixel; the pixel of the input that
// they take is iz, iy, ix.
std::string TapLoops(const Window& w, const std::string& inner) {
  std::string text;
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const std::string n = kAxes[d];
    const std::string at = StrCat("(o", n, " + ", w.pad_begin[d], ")");
    const int64_t s = w.stride[d];
    // Taps in between reach no pixel.
    const bool steps = w.dilation[d] == 1;
    text += StrCat(
        "    for (long k", n, " = ",
        steps ? StrCat(at, " % ", s) : std::string("0"), "; k", n, " < ",
        w.kernel[d], "; k", n, " += ", steps ? s : 1, ") {\n      const long p",
        n, " = ", at, " - k", n, " * ", w.dilation[d], ", i", n, " = p", n,
        " / ", s, ";\n      if (p", n, " < 0 || i", n, " >= ", w.in[d],
        steps ? std::string() : StrCat(" || p", n, " % ", s, " != 0"),
        ") continue;\n");
  }
  return StrCat(text, inner, "    }}}\n");
}

std::string PixelText(const Window& w) {
  return StrCat("(iz * ", w.in[1], " + iy) * ", w.in[2], " + ix");
}

std::string TapText(const Window& w) {
  return StrCat("(kz * ", w.kernel[1], " + ky) * ", w.kernel[2], " + kx");
}

// Every pixel of the output, of images from `first` on.
Launch PixelLaunch(const PrepareContext& ctx, const ConvNode& conv,
                   KernelText kernel, int64_t first, int64_t images,
                   const std::string& inner) {
  const DataType type = ctx.in(0).type;
  const Window& w = conv.window;
  const char* const compute = KernelTypeOf(type).compute;
  std::string body =
      StrCat("    const long n = c0, o = c1, oz = c2, oy = c3, ox = c4;\n    ",
             compute, " s = 0;\n", TapLoops(w, inner));
  if (ctx.HasInput(2)) {
    kernel.In("bias", type, 2);
    body += StrCat("    s += ", LoadText(type, "bias", "o"), ";\n");
  }
  kernel.Out("y", type, 0);
  const Shape dims = {images, conv.out_channels, w.out[0], w.out[1], w.out[2]};
  const int64_t skipped = first * conv.out_channels * w.out_points();
  body += StoreText(type, "y", StrCat("i + ", skipped, "L"), "s");
  return MakeCoordinateLoop(FactsOf(ctx), std::move(kernel), dims, body);
}

Launch DirectLaunch(const PrepareContext& ctx, const ConvNode& conv) {
  const DataType type = ctx.in(0).type;
  const Window& w = conv.window;
  const int64_t in_group = conv.in_channels / conv.groups;
  const int64_t out_group = conv.out_channels / conv.groups;
  KernelText kernel;
  kernel.In("x", type, 0).In("w", type, 1);
  const std::string inner = StrCat(
      "      const long g = o / ", out_group, ", c0_ = g * ", in_group,
      ";\n      const long x0 = (n * ", conv.in_channels, " + c0_) * ",
      w.in_points(), "L + ", PixelText(w), ", w0 = (c0_ * ", out_group,
      " + o % ", out_group, ") * ", w.kernel_points(), "L + ", TapText(w),
      ";\n      for (long c = 0; c < ", in_group, "; ++c) {\n        s += ",
      LoadText(type, "x", StrCat("x0 + c * ", w.in_points(), "L")), " * ",
      LoadText(type, "w",
               StrCat("w0 + c * ", out_group * w.kernel_points(), "L")),
      ";\n      }\n");
  return PixelLaunch(ctx, conv, std::move(kernel), 0, conv.batch, inner);
}

// The products of the weights of all groups with images from `first` on.
MatrixProduct ProductOf(const PrepareContext& ctx, const ConvNode& conv,
                        int64_t first, int64_t images) {
  const DataType type = ctx.in(0).type;
  const Window& w = conv.window;
  const int64_t in_group = conv.in_channels / conv.groups;
  MatrixProduct p;
  p.batch = {images, conv.groups};
  p.m = conv.out_channels / conv.groups * w.kernel_points();
  p.n = w.in_points();
  p.k = in_group;
  p.a.matrices = conv.groups;
  p.a.strides = {0, 1};
  p.a.direct = type == DataType::kFloat;
  p.a.element =
      LoadText(type, "weights",
               StrCat("((z) * ", in_group, " + (j)) * ", p.m, "L + (i)"));
  p.a.bind = [type](KernelText* kernel) { kernel->In("weights", type, 1); };
  p.b.matrices = images * conv.groups;
  p.b.strides = {conv.groups, 1};
  p.b.element = LoadText(type, "image",
                         StrCat("(((z) + ", first * conv.groups, "L) * ",
                                in_group, " + (i)) * ", p.n, "L + (j)"));
  p.b.bind = [type](KernelText* kernel) { kernel->In("image", type, 0); };
  p.tail =
      StrCat("products[(z * ", p.m, "L + row) * ", p.n, "L + column] = s;");
  p.bind_tail = [](KernelText* kernel) {
    kernel->Scratch("products", "float", 0);
  };
  return p;
}

void PlanProducts(PrepareContext& ctx, const ConvNode& conv, int64_t each,
                  std::vector<Launch>* launches) {
  const Window& w = conv.window;
  const int64_t most = std::clamp<int64_t>(kMostProducts / each, 1, conv.batch);
  const int64_t rows = conv.out_channels * w.kernel_points();
  for (int64_t first = 0; first < conv.batch; first += most) {
    const int64_t images = std::min(most, conv.batch - first);
    const size_t products =
        static_cast<size_t>((images * each + 15) / 16 * 16) * sizeof(float);
    const MatrixProduct p = ProductOf(ctx, conv, first, images);
    ctx.BookScratch(products + ProductScratch(FactsOf(ctx), p));
    AddProduct(FactsOf(ctx), p, products, launches);
    KernelText kernel;
    kernel.Scratch("products", "float", 0);
    const std::string inner = StrCat(
        "      s += products[((n * ", rows, " + o * ", w.kernel_points(), " + ",
        TapText(w), ") * ", w.in_points(), "L) + ", PixelText(w), "];\n");
    launches->push_back(
        PixelLaunch(ctx, conv, std::move(kernel), first, images, inner));
  }
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadTransposedConvNode(ctx));
  const DataType type = ctx.in(0).type;
  const Window& w = conv.window;
  const Shape out = WindowOutput(w, conv.batch, conv.out_channels);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, out}));
  std::vector<Launch> launches;
  if (Product(out) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  // Products of one image.
  const int64_t each = conv.out_channels * w.kernel_points() * w.in_points();
  if (FactsOf(ctx).is_cpu() && type != DataType::kDouble && each > 0 &&
      conv.in_channels / conv.groups >= kLeastDepth) {
    PlanProducts(ctx, conv, each, &launches);
  } else {
    launches.push_back(DirectLaunch(ctx, conv));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(conv_transpose, {.op = "ConvTranspose",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
