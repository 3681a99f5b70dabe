// Convolutions of one group in channel blocks: an item keeps a tile of pixels
// by channels in registers and goes through all weights of the channels.
#include <algorithm>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/conv.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Inputs of fewer channels than a quarter of a block are read as they are:
// most of a block would be zeros.
bool ReadsPlain(const ConvNode& conv, int64_t width) {
  return conv.in_channels * 4 <= width;
}

bool Takes(const PrepareContext& ctx, const ConvNode& conv) {
  return FactsOf(ctx).is_cpu() && ctx.in(0).type == DataType::kFloat &&
         conv.groups == 1 && conv.window.rank <= 2 &&
         ctx.in(0).dims.size() >= 3 && ctx.ConstantIn(1) != nullptr &&
         (!ctx.HasInput(2) || ctx.ConstantIn(2) != nullptr) &&
         conv.input_order.empty() && conv.in_channels > 0 &&
         conv.batch * conv.out_channels * conv.window.out_points() > 0;
}

// A 1x1 convolution without gaps sees one long row of pixels.
ConvNode AsRow(const ConvNode& conv) {
  ConvNode row = conv;
  Window& w = row.window;
  const bool plain = w.kernel_points() == 1 && w.stride[1] == 1 &&
                     w.stride[2] == 1 && w.in == w.out;
  if (!plain) return row;
  w.in = {1, 1, w.in[1] * w.in[2]};
  w.out = w.in;
  return row;
}

// Weights as [out / columns][in block][ky][kx][in in block][columns].
Result<std::shared_ptr<const PackedBytes>> PackWeights(
    const PrepareContext& ctx, const ConvNode& conv, int64_t block,
    int64_t columns) {
  const int64_t planes = (conv.in_channels + block - 1) / block;
  const int64_t points = conv.window.kernel_points();
  const int64_t groups = (conv.out_channels + columns - 1) / columns;
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<PackedBytes> packed,
      MakePacked(
          static_cast<size_t>(groups * planes * points * block * columns) *
          sizeof(float)));
  const char* const from = static_cast<const char*>(ctx.ConstantIn(1)->data);
  for (int64_t o = 0; o < conv.out_channels; ++o) {
    const float scale = conv.weight_scale.empty()
                            ? 1.0f
                            : conv.weight_scale[static_cast<size_t>(o)];
    for (int64_t c = 0; c < conv.in_channels; ++c) {
      for (int64_t k = 0; k < points; ++k) {
        float value = 0;
        std::memcpy(&value,
                    from + ((o * conv.in_channels + c) * points + k) * 4,
                    sizeof(value));
        const int64_t to =
            ((((o / columns) * planes + c / block) * points + k) * block +
             c % block) *
                columns +
            o % columns;
        packed->floats()[to] = value * scale;
      }
    }
  }
  return std::shared_ptr<const PackedBytes>(std::move(packed));
}

std::string Body(const ConvInput& input, const Tile& tile,
                 const ConvTail& tail) {
  const ConvNode& conv = *tail.conv;
  const PixelTile& pixels = tail.pixels;
  const Window& w = conv.window;
  const int64_t b = input.block;
  const int64_t columns = tile.columns();
  std::string text = PixelText(pixels, w.out[1], w.out[2]);
  text += StrCat(
      "  const long n = get_global_id(2);\n  const int block0 = "
      "(int)get_global_id(1) * ",
      tile.vectors,
      ";\n  __global const float* w = weights + "
      "get_global_id(1) * (ulong)",
      input.planes * w.kernel_points() * b * columns,
      ";\n  __global const float* p0 = x + (n * ", input.planes * input.height,
      "L + oy * ", w.stride[1], ") * ", input.width * b, " + ox * ",
      w.stride[2] * b, ";\n");
  text += DeclareTile(tile);
  text += StrCat("  for (int plane = 0; plane < ", input.planes,
                 "; ++plane) {\n  for (int ky = 0; ky < ", w.kernel[1],
                 "; ++ky) {\n  for (int kx = 0; kx < ", w.kernel[2],
                 "; ++kx) {\n  __global const float* p = p0 + (plane * ",
                 input.height, "L + ky * ", w.dilation[1], ") * ",
                 input.width * b, " + kx * ", w.dilation[2] * b,
                 ";\n  for (int c = 0; c < ", b, "; ++c) {\n");
  text += MultiplyTile(
      tile,
      [&](int r) {
        const int64_t offset =
            ((r / pixels.columns) * w.stride[1] * input.width +
             (r % pixels.columns) * w.stride[2]) *
            b;
        return StrCat("p[", offset, " + c]");
      },
      "w");
  text += StrCat("    w += ", columns, ";\n  }}}}\n");
  text += DeclareConvSums(tail);
  text +=
      ForEachVector(tile, [&](const std::string& name, int row, int column) {
        return StoreConvVector(tail, name, row, column / tile.width);
      });
  return text + StoreConvSums(tail);
}

}  // namespace

Result<bool> PlanBlockedConv(PrepareContext& ctx, const ConvNode& original) {
  if (!Takes(ctx, original)) return false;
  const DeviceFacts& facts = FactsOf(ctx);
  const ConvNode conv = AsRow(original);
  const Window& w = conv.window;
  Tile tile = ChooseTile(facts, 64);
  const int64_t out_blocks = (conv.out_channels + tile.width - 1) / tile.width;
  if (out_blocks == 1) {
    // No second vector: more pixels instead.
    tile.rows = tile.rows * 2;
    tile.vectors = 1;
  }
  const PixelTile pixels = ChoosePixels(w.out[1], w.out[2], tile.rows);
  tile.rows = pixels.count();
  const Layout layout = BlockedLayout(facts);
  const bool plain = ReadsPlain(conv, tile.width);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.RequireLayout(0, plain ? Layout::kPlain : layout));
  ONNXIFI_ASSIGN_OR_RETURN(const Epilogue epilogue,
                           CommitBlocked(ctx, original, layout));
  std::vector<Launch> launches;
  const ConvInput input =
      PadInput(ctx, conv, plain ? 1 : tile.width, &launches);
  KernelText kernel;
  if (input.copied) {
    kernel.Scratch("x", "float", 0);
  } else {
    kernel.InAs("x", "float", 0);
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<const PackedBytes> weights,
      ctx.packed().GetOrMake<PackedBytes>(
          StrCat("conv ", ctx.node().inputs[1], " ", input.block, " ",
                 tile.columns(), " ", ctx.node().outputs[0]),
          [&] { return PackWeights(ctx, conv, input.block, tile.columns()); }));
  kernel.Packed("weights", "float", std::move(weights));
  ctx.ReleaseInput(1);
  const ConvTail tail = {.conv = &conv,
                         .pixels = pixels,
                         .width = tile.width,
                         .vectors = tile.vectors,
                         .block = "block0",
                         .bias = ctx.HasInput(2),
                         .epilogue = &epilogue,
                         .output = &ctx.out(0).dims};
  if (tail.bias) {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> padded,
                             PackBias(ctx, conv.out_channels, tile.width));
    kernel.Packed("bias", "float", std::move(padded));
  }
  if (conv.residual) kernel.InAs("residual", "float", 3);
  epilogue.AddParameters(&kernel);
  kernel.Restrict().Group(1, 1, 1);
  Launch launch = kernel.Finish(Body(input, tile, tail));
  const int64_t across = (w.out[2] + pixels.columns - 1) / pixels.columns;
  const int64_t down = (w.out[1] + pixels.rows - 1) / pixels.rows;
  launch.global = {
      static_cast<size_t>(across * down),
      static_cast<size_t>((out_blocks + tile.vectors - 1) / tile.vectors),
      static_cast<size_t>(conv.batch)};
  launches.push_back(std::move(launch));
  SetLaunches(ctx, std::move(launches));
  return true;
}

}  // namespace onnxifi::opencl
