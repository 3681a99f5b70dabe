// Convolutions with a group for each channel, in channel blocks.
#include <algorithm>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/conv.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

bool Takes(const PrepareContext& ctx, const ConvNode& conv) {
  return FactsOf(ctx).is_cpu() && ctx.in(0).type == DataType::kFloat &&
         conv.groups == conv.in_channels && conv.groups == conv.out_channels &&
         conv.window.rank <= 2 && ctx.ConstantIn(1) != nullptr &&
         (!ctx.HasInput(2) || ctx.ConstantIn(2) != nullptr) &&
         conv.input_order.empty() &&
         conv.batch * conv.out_channels * conv.window.out_points() > 0;
}

// Weights as [block][ky][kx][channel in block].
Result<std::shared_ptr<const PackedBytes>> PackWeights(
    const PrepareContext& ctx, const ConvNode& conv, int64_t width) {
  const int64_t blocks = (conv.out_channels + width - 1) / width;
  const int64_t points = conv.window.kernel_points();
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<PackedBytes> packed,
      MakePacked(static_cast<size_t>(blocks * points * width) * sizeof(float)));
  const char* const from = static_cast<const char*>(ctx.ConstantIn(1)->data);
  for (int64_t c = 0; c < conv.out_channels; ++c) {
    const float scale = conv.weight_scale.empty()
                            ? 1.0f
                            : conv.weight_scale[static_cast<size_t>(c)];
    for (int64_t k = 0; k < points; ++k) {
      float value = 0;
      std::memcpy(&value, from + (c * points + k) * 4, sizeof(value));
      packed->floats()[((c / width) * points + k) * width + c % width] =
          value * scale;
    }
  }
  return std::shared_ptr<const PackedBytes>(std::move(packed));
}

std::string Body(const ConvInput& input, const ConvTail& tail) {
  const ConvNode& conv = *tail.conv;
  const PixelTile& pixels = tail.pixels;
  const int width = tail.width;
  const Window& w = conv.window;
  const std::string type = StrCat("float", width);
  std::string text = PixelText(pixels, w.out[1], w.out[2]);
  text += StrCat(
      "  const long n = get_global_id(2);\n  const int block = "
      "(int)get_global_id(1);\n  __global const float* w = weights "
      "+ block * ",
      w.kernel_points() * width, "L;\n  __global const float* p0 = x + ((n * ",
      input.planes, "L + block) * ", input.height, " + oy * ", w.stride[1],
      ") * ", input.width * width, " + ox * ", w.stride[2] * width, ";\n");
  for (int r = 0; r < pixels.count(); ++r) {
    text += StrCat("  ", type, " c", r, " = (", type, ")(0.0f);\n");
  }
  text += StrCat("  for (int ky = 0; ky < ", w.kernel[1],
                 "; ++ky) {\n  for (int kx = 0; kx < ", w.kernel[2],
                 "; ++kx) {\n    const ", type, " f = vload", width, "(ky * ",
                 w.kernel[2],
                 " + kx, w);\n    __global const float* p = p0 + "
                 "ky * ",
                 w.dilation[1] * input.width * width, "L + kx * ",
                 w.dilation[2] * width, ";\n");
  for (int r = 0; r < pixels.count(); ++r) {
    const int64_t offset = ((r / pixels.columns) * w.stride[1] * input.width +
                            (r % pixels.columns) * w.stride[2]) *
                           width;
    text += StrCat("    c", r, " = fma(vload", width, "(0, p + ", offset,
                   "), f, c", r, ");\n");
  }
  text += "  }}\n";
  text += DeclareConvSums(tail);
  for (int r = 0; r < pixels.count(); ++r) {
    text += StoreConvVector(tail, StrCat("c", r), r, 0);
  }
  return text + StoreConvSums(tail);
}

}  // namespace

Result<bool> PlanDepthwiseConv(PrepareContext& ctx, const ConvNode& conv) {
  if (!Takes(ctx, conv)) return false;
  const DeviceFacts& facts = FactsOf(ctx);
  const Window& w = conv.window;
  const int width = VectorWidth(facts);
  const Layout layout = BlockedLayout(facts);
  const PixelTile pixels =
      ChoosePixels(w.out[1], w.out[2], width == 16 ? 14 : 7);
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, layout));
  ONNXIFI_ASSIGN_OR_RETURN(const Epilogue epilogue,
                           CommitBlocked(ctx, conv, layout));
  std::vector<Launch> launches;
  const ConvInput input = PadInput(ctx, conv, width, &launches);
  KernelText kernel;
  if (input.copied) {
    kernel.Scratch("x", "float", 0);
  } else {
    kernel.InAs("x", "float", 0);
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> weights,
                           ctx.packed().GetOrMake<PackedBytes>(
                               StrCat("depthwise ", ctx.node().inputs[1], " ",
                                      ctx.node().outputs[0]),
                               [&] { return PackWeights(ctx, conv, width); }));
  kernel.Packed("weights", "float", std::move(weights));
  ctx.ReleaseInput(1);
  const ConvTail tail = {.conv = &conv,
                         .pixels = pixels,
                         .width = width,
                         .bias = ctx.HasInput(2),
                         .epilogue = &epilogue,
                         .output = &ctx.out(0).dims};
  if (tail.bias) {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> padded,
                             PackBias(ctx, conv.out_channels, width));
    kernel.Packed("bias", "float", std::move(padded));
  }
  if (conv.residual) kernel.InAs("residual", "float", 3);
  epilogue.AddParameters(&kernel);
  kernel.Restrict().Group(1, 1, 1);
  Launch launch = kernel.Finish(Body(input, tail));
  const int64_t across = (w.out[2] + pixels.columns - 1) / pixels.columns;
  const int64_t down = (w.out[1] + pixels.rows - 1) / pixels.rows;
  launch.global = {static_cast<size_t>(across * down),
                   static_cast<size_t>((conv.out_channels + width - 1) / width),
                   static_cast<size_t>(conv.batch)};
  launches.push_back(std::move(launch));
  SetLaunches(ctx, std::move(launches));
  return true;
}

}  // namespace onnxifi::opencl
