#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/conv.h"
#include "backends/opencl/kernels/element_loop.h"
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

}  // namespace

Status PlanGenericConv(PrepareContext& ctx, const ConvNode& conv) {
  const DataType type = ctx.in(0).type;
  for (size_t i = 0; i < ProductInputs(ctx); ++i) {
    if (!ctx.HasInput(i)) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, Layout::kPlain));
  }
  const Window& w = conv.window;
  const graph::Shape output = WindowOutput(w, conv.batch, conv.out_channels);
  ONNXIFI_ASSIGN_OR_RETURN(const Epilogue epilogue,
                           Epilogue::Make(ctx, {type, output, Layout::kPlain}));
  const int64_t in_group = conv.in_channels / conv.groups;
  const int64_t out_group = conv.out_channels / conv.groups;
  const char* const compute = KernelTypeOf(type).compute;
  KernelText kernel;
  kernel.In("x", type, 0).In("w", type, 1);
  std::string body = StrCat(
      "    const long n = c0, o = c1, oz = c2, oy = c3, ox = c4;\n    ",
      compute, " s = 0;\n    for (int c = 0; c < ", in_group, "; ++c) {\n");
  const std::string x_index =
      StrCat("((n * ", conv.in_channels, " + o / ", out_group, " * ", in_group,
             " + c) * ", w.in[0], "L + iz) * ", w.in[1] * w.in[2], " + iy * ",
             w.in[2], " + ix");
  const std::string w_index =
      StrCat("((o * ", in_group, " + c) * ", w.kernel[0], "L + kz) * ",
             w.kernel[1] * w.kernel[2], " + ky * ", w.kernel[2], " + kx");
  body += WindowLoops(w, StrCat("      s += ", LoadText(type, "x", x_index),
                                " * ", LoadText(type, "w", w_index), ";\n"));
  body += "    }\n";
  if (!conv.weight_scale.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(
        std::shared_ptr<PackedBytes> scale,
        MakePacked(conv.weight_scale.size() * sizeof(float)));
    std::copy(conv.weight_scale.begin(), conv.weight_scale.end(),
              scale->floats());
    kernel.Packed("scale", "float", std::move(scale));
    body += "    s *= scale[o];\n";
  }
  if (ctx.HasInput(2)) {
    kernel.In("bias", type, 2);
    body += StrCat("    s += ", LoadText(type, "bias", "o"), ";\n");
  }
  if (conv.residual) {
    kernel.In("residual", type, 3);
    body += StrCat("    s += ", LoadText(type, "residual", "i"), ";\n");
  }
  body +=
      StrCat("    s = ", ActivationText(conv.activation, "s", compute), ";\n");
  std::vector<std::string> place = {"n", "o", "oz", "oy", "ox"};
  // Spatial dimensions are the last ones.
  place.erase(place.begin() + 2,
              place.end() - static_cast<ptrdiff_t>(output.size() - 2));
  body += epilogue.StoreElement("s", "i", place);
  epilogue.AddParameters(&kernel);
  const graph::Shape dims = {conv.batch, conv.out_channels, w.out[0], w.out[1],
                             w.out[2]};
  std::vector<Launch> launches;
  if (Product(dims) > 0) {
    launches.push_back(MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
