// Convolutions in plain layout, of every type and on every device.
#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/conv.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/window_text.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// The three loops over the window, each with its bounds checked.
std::string WindowLoops(const Window& w, const std::string& inner) {
  std::string text;
  const char* const names[] = {"z", "y", "x"};
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const char* const n = names[d];
    text += StrCat("    for (int k", n, " = 0; k", n, " < ", w.kernel[d],
                   "; ++k", n, ") {\n      const long i", n, " = o", n, " * ",
                   w.stride[d], " - ", w.pad_begin[d], " + k", n, " * ",
                   w.dilation[d], ";\n      if (i", n, " < 0 || i", n,
                   " >= ", w.in[d], ") continue;\n");
  }
  return StrCat(text, inner, "    }}}\n");
}

// What follows the sums of a convolution in plain layout.
class PlainTail {
 public:
  static Result<PlainTail> Make(PrepareContext& ctx, const ConvNode& conv) {
    PlainTail tail(ctx, conv);
    const graph::Shape output =
        WindowOutput(conv.window, conv.batch, conv.out_channels);
    ONNXIFI_ASSIGN_OR_RETURN(
        tail.epilogue_,
        Epilogue::Make(ctx, {ctx.in(0).type, output, Layout::kPlain}));
    if (conv.weight_scale.empty()) return tail;
    ONNXIFI_ASSIGN_OR_RETURN(
        std::shared_ptr<PackedBytes> scale,
        MakePacked(conv.weight_scale.size() * sizeof(float)));
    std::copy(conv.weight_scale.begin(), conv.weight_scale.end(),
              scale->floats());
    tail.scale_ = std::move(scale);
    return tail;
  }

  void Bind(KernelText* kernel) const {
    const DataType type = ctx_->in(0).type;
    if (scale_ != nullptr) kernel->Packed("scale", "float", scale_);
    if (ctx_->HasInput(2)) kernel->In("bias", type, 2);
    if (conv_->residual) kernel->In("residual", type, 3);
    epilogue_.AddParameters(kernel);
  }

  // Lines that finish the sum `s` of channel `o` of image `n`, and store it as
  // element `at`, which is at `spatial` in its channel.
  std::string Text(const std::vector<std::string>& spatial) const {
    const DataType type = ctx_->in(0).type;
    const char* const compute = KernelTypeOf(type).compute;
    std::string text = StrCat("    ", compute, " made = s;\n");
    if (scale_ != nullptr) text += "    made *= scale[o];\n";
    if (ctx_->HasInput(2)) {
      text += StrCat("    made += ", LoadText(type, "bias", "o"), ";\n");
    }
    if (conv_->residual) {
      text += StrCat("    made += ", LoadText(type, "residual", "at"), ";\n");
    }
    text += StrCat("    made = ",
                   ActivationText(conv_->activation, "made", compute), ";\n");
    std::vector<std::string> place = {"n", "o"};
    place.insert(place.end(), spatial.begin(), spatial.end());
    return text + epilogue_.StoreElement("made", "at", place);
  }

 private:
  PlainTail(const PrepareContext& ctx, const ConvNode& conv)
      : ctx_(&ctx), conv_(&conv) {}

  const PrepareContext* ctx_;
  const ConvNode* conv_;
  Epilogue epilogue_;
  std::shared_ptr<const PackedBytes> scale_;
};

// One element after the other.
Launch ElementConv(const PrepareContext& ctx, const ConvNode& conv,
                   const PlainTail& tail) {
  const DataType type = ctx.in(0).type;
  const Window& w = conv.window;
  const int64_t in_group = conv.in_channels / conv.groups;
  const int64_t out_group = conv.out_channels / conv.groups;
  KernelText kernel;
  kernel.In("x", type, 0).In("w", type, 1);
  tail.Bind(&kernel);
  const std::string x_index =
      StrCat("((n * ", conv.in_channels, " + o / ", out_group, " * ", in_group,
             " + c) * ", w.in[0], "L + iz) * ", w.in[1] * w.in[2], " + iy * ",
             w.in[2], " + ix");
  const std::string w_index =
      StrCat("((o * ", in_group, " + c) * ", w.kernel[0], "L + kz) * ",
             w.kernel[1] * w.kernel[2], " + ky * ", w.kernel[2], " + kx");
  const std::vector<std::string> axes = {"oz", "oy", "ox"};
  const std::string body = StrCat(
      "    const long n = c0, o = c1, oz = c2, oy = c3, ox = c4, at = i;\n    ",
      KernelTypeOf(type).compute, " s = 0;\n    for (int c = 0; c < ", in_group,
      "; ++c) {\n",
      WindowLoops(w, StrCat("      s += ", LoadText(type, "x", x_index), " * ",
                            LoadText(type, "w", w_index), ";\n")),
      "    }\n",
      tail.Text({axes.end() - static_cast<ptrdiff_t>(w.rank), axes.end()}));
  const graph::Shape dims = {conv.batch, conv.out_channels, w.out[0], w.out[1],
                             w.out[2]};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
}

// The weights of a group by the windows of its channels.
MatrixProduct ProductOf(const PrepareContext& ctx, const ConvNode& conv,
                        const PlainTail& tail) {
  const DataType type = ctx.in(0).type;
  const int64_t in_group = conv.in_channels / conv.groups;
  MatrixProduct p;
  p.batch = {conv.batch, conv.groups};
  p.m = conv.out_channels / conv.groups;
  p.n = conv.window.out_points();
  p.k = in_group * conv.window.kernel_points();
  p.sum = type == DataType::kDouble ? DataType::kDouble : DataType::kFloat;
  p.a.matrices = conv.groups;
  p.a.strides = {0, 1};
  p.a.element = LoadText(type, "w",
                         StrCat("((z) * ", p.m, "L + (i)) * ", p.k, "L + (j)"));
  p.a.bind = [type](KernelText* kernel) { kernel->In("w", type, 1); };
  p.b.matrices = conv.batch * conv.groups;
  p.b.strides = {conv.groups, 1};
  const WindowText window = WindowElement(conv.window, in_group);
  p.b.element =
      StrCat(window.inside, " ? ", LoadText(type, "x", window.index), " : 0");
  p.b.bind = [type](KernelText* kernel) { kernel->In("x", type, 0); };
  p.tail =
      StrCat("    const long n = z / ", conv.groups, ", o = za * ", p.m,
             "L + row, at = (z * ", p.m, "L + row) * ", p.n, "L + column;\n",
             tail.Text(WindowPlace(conv.window, "column")));
  p.bind_tail = [&tail](KernelText* kernel) { tail.Bind(kernel); };
  return p;
}

// A CPU makes the matrix of windows in memory: not if that is large.
bool GainsFromTiles(const PrepareContext& ctx, const ConvNode& conv) {
  constexpr int64_t kFew = 8;
  constexpr int64_t kMostWindows = int64_t{1} << 25;  // numbers
  const int64_t rows = conv.out_channels / conv.groups;
  const int64_t taps =
      conv.in_channels / conv.groups * conv.window.kernel_points();
  if (rows < kFew || taps < kFew) return false;
  if (!FactsOf(ctx).is_cpu()) return true;
  int64_t windows = 0;
  return ctx.in(0).type != DataType::kDouble &&
         CheckedMul(conv.batch * conv.in_channels * conv.window.kernel_points(),
                    conv.window.out_points(), &windows) &&
         windows <= kMostWindows;
}

}  // namespace

Status PlanGenericConv(PrepareContext& ctx, const ConvNode& conv) {
  for (size_t i = 0; i < ProductInputs(ctx); ++i) {
    if (!ctx.HasInput(i)) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, Layout::kPlain));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const PlainTail tail, PlainTail::Make(ctx, conv));
  std::vector<Launch> launches;
  if (conv.batch * conv.out_channels * conv.window.out_points() == 0) {
    // Nothing to do.
  } else if (GainsFromTiles(ctx, conv)) {
    const MatrixProduct product = ProductOf(ctx, conv, tail);
    ctx.BookScratch(ProductScratch(FactsOf(ctx), product));
    AddProduct(FactsOf(ctx), product, 0, &launches);
  } else {
    launches.push_back(ElementConv(ctx, conv, tail));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
