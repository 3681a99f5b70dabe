// What blocked convolutions share: padded input, tiles of pixels, the tail.
#include <algorithm>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/conv.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

ConvInput PadInput(PrepareContext& ctx, const ConvNode& conv, int64_t block,
                   std::vector<Launch>* launches) {
  const Window& w = conv.window;
  ConvInput input;
  input.block = block;
  input.planes = (conv.in_channels + block - 1) / block;
  input.copied = w.pad_begin[1] != 0 || w.pad_begin[2] != 0 ||
                 w.pad_end[1] > 0 || w.pad_end[2] > 0;
  input.height = w.in[1];
  input.width = w.in[2];
  if (!input.copied) return input;
  // As far as the last window reaches, which may be less than the padding.
  const auto extent = [&](size_t d) {
    return std::max(
        (w.out[d] - 1) * w.stride[d] + (w.kernel[d] - 1) * w.dilation[d] + 1,
        int64_t{1});
  };
  input.height = extent(1);
  input.width = extent(2);
  const graph::Shape dims = {conv.batch * input.planes, input.height,
                             input.width, block};
  ctx.BookScratch(static_cast<size_t>(Product(dims)) * sizeof(float));
  KernelText kernel;
  kernel.InAs("x", "float", 0).Scratch("padded", "float", 0);
  const std::string body =
      StrCat("    const long iy = c1 - ", w.pad_begin[1], ", ix = c2 - ",
             w.pad_begin[2], ";\n    padded[i] = iy >= 0 && iy < ", w.in[1],
             " && ix >= 0 && ix < ", w.in[2], " ? x[((c0 * (long)", w.in[1],
             " + iy) * ", w.in[2], " + ix) * ", block, " + c3] : 0.0f;");
  launches->push_back(MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body));
  return input;
}

// As many as fit, where those that are done twice count for nothing.
PixelTile ChoosePixels(int64_t height, int64_t width, int most) {
  PixelTile best;
  double best_use = 0;
  for (int columns = 1; columns <= std::min<int64_t>(most, width); ++columns) {
    const int64_t tiles = (width + columns - 1) / columns;
    // Several rows for narrow images alone: their pixels are not neighbours.
    const int rows =
        columns == width
            ? static_cast<int>(std::clamp<int64_t>(most / columns, 1, height))
            : 1;
    const int64_t bands = (height + rows - 1) / rows;
    const double use = static_cast<double>(columns * rows) *
                       static_cast<double>(width * height) /
                       static_cast<double>(tiles * columns * bands * rows);
    if (use <= best_use) continue;
    best_use = use;
    best = {rows, columns};
  }
  return best;
}

// The last tiles begin so early that they end with the image.
std::string PixelText(const PixelTile& tile, int64_t height, int64_t width) {
  const int64_t across = (width + tile.columns - 1) / tile.columns;
  return StrCat("  const int new_y = (int)get_global_id(0) / ", across, " * ",
                tile.rows, ";\n  const int new_x = (int)get_global_id(0) % ",
                across, " * ", tile.columns, ";\n  const int oy = min(new_y, ",
                height - tile.rows, ");\n  const int ox = min(new_x, ",
                width - tile.columns, ");\n");
}

namespace {

int64_t BlocksOf(const ConvTail& tail) {
  return (tail.conv->out_channels + tail.width - 1) / tail.width;
}

// The number of a vector of the output.
std::string VectorIndex(const ConvTail& tail, const std::string& block,
                        const std::string& y, const std::string& x) {
  const Window& w = tail.conv->window;
  return StrCat("((n * ", BlocksOf(tail), "L + ", block, ") * ",
                w.out[1] * w.out[2], " + (", y, ") * ", w.out[2], " + ", x,
                ")");
}

// Channels behind the last one are 0.
std::string ZeroPadding(const ConvTail& tail, const std::string& block) {
  std::string lanes;
  for (int i = 0; i < tail.width; ++i) {
    lanes += StrCat(i == 0 ? "" : ", ", i);
  }
  return StrCat("    v = (int", tail.width, ")(", lanes, ") + ", block, " * ",
                tail.width, " < ", tail.conv->out_channels, " ? v : (float",
                tail.width, ")(0.0f);\n");
}

}  // namespace

std::string StoreConvVector(const ConvTail& tail, const std::string& name,
                            int pixel, int vector) {
  const ConvNode& conv = *tail.conv;
  const std::string type = StrCat("float", tail.width);
  const std::string block = tail.vectors == 1
                                ? tail.block
                                : StrCat("(", tail.block, " + ", vector, ")");
  const std::string y = StrCat("oy + ", pixel / tail.pixels.columns);
  const std::string x = StrCat("ox + ", pixel % tail.pixels.columns);
  std::string text = "  if (";
  if (BlocksOf(tail) % tail.vectors != 0) {
    text += StrCat(block, " < ", BlocksOf(tail), " && ");
  }
  text +=
      StrCat(y, " >= new_y && ", x, " >= new_x) {\n    ", type, " v = ", name,
             ";\n    const long at = ", VectorIndex(tail, block, y, x), ";\n");
  if (tail.bias) {
    text += StrCat("    v += vload", tail.width, "(", block, ", bias);\n");
  }
  if (conv.residual) {
    text += StrCat("    v += vload", tail.width, "(at, residual);\n");
  }
  const bool grouped = !tail.epilogue->empty();
  if (conv.activation.kind != Activation::Kind::kNone) {
    text +=
        StrCat("    v = ", ActivationText(conv.activation, "v", type), ";\n");
    if (!grouped && conv.out_channels % tail.width != 0 &&
        !KeepsZero(conv.activation)) {
      text += ZeroPadding(tail, block);
    }
  }
  const std::string to =
      grouped ? StrCat(pixel * tail.vectors + vector, ", sums") : "at, y";
  return StrCat(text, "    vstore", tail.width, "(v, ", to, ");\n  }\n");
}

std::string DeclareConvSums(const ConvTail& tail) {
  if (tail.epilogue->empty()) return "";
  return StrCat("  float sums[",
                tail.pixels.count() * tail.vectors * tail.width, "];\n");
}

// A loop, so that the group's text is there once.
std::string StoreConvSums(const ConvTail& tail) {
  if (tail.epilogue->empty()) return "";
  const ConvNode& conv = *tail.conv;
  const int columns = tail.pixels.columns;
  std::string text = StrCat(
      "  for (int i = 0; i < ", tail.pixels.count() * tail.vectors,
      "; ++i) {\n    const int py = oy + i / ", tail.vectors * columns,
      ", px = ox + i / ", tail.vectors, " % ", columns,
      ";\n    const int b = ", tail.block, " + i % ", tail.vectors,
      ";\n    if (py < new_y || px < new_x",
      BlocksOf(tail) % tail.vectors == 0 ? ""
                                         : StrCat(" || b >= ", BlocksOf(tail)),
      ") continue;\n    const long at = ", VectorIndex(tail, "b", "py", "px"),
      " * ", tail.width, ";\n");
  // Where the image is one long row (AsRow), the pixel's place is its number.
  const graph::Shape& out = *tail.output;
  const bool row = conv.window.out[2] != out.back();
  std::vector<std::string> place = {"n", "b"};
  if (out.size() == 4)
    place.push_back(row ? StrCat("px / ", out.back()) : "py");
  place.push_back(row ? StrCat("px % ", out.back()) : "px");
  place.emplace_back("0");
  std::string lanes = std::to_string(tail.width);
  const bool padded = conv.out_channels % tail.width != 0;
  if (padded) {
    text += StrCat("    const int lanes = min(", tail.width, ", ",
                   conv.out_channels, " - b * ", tail.width, ");\n");
    lanes = "lanes";
  }
  text += tail.epilogue->StoreLanes(StrCat("sums + i * ", tail.width), lanes,
                                    "at", place);
  if (padded) text += tail.epilogue->PadLanes(lanes, tail.width, "at");
  return text + "  }\n";
}

Result<std::shared_ptr<const PackedBytes>> PackBias(PrepareContext& ctx,
                                                    int64_t channels,
                                                    int64_t block) {
  const int64_t padded = (channels + block - 1) / block * block;
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<PackedBytes> packed,
      MakePacked(static_cast<size_t>(padded) * sizeof(float)));
  std::memcpy(packed->floats(), ctx.ConstantIn(2)->data,
              static_cast<size_t>(channels) * sizeof(float));
  ctx.ReleaseInput(2);
  return std::shared_ptr<const PackedBytes>(std::move(packed));
}

Result<Epilogue> CommitBlocked(PrepareContext& ctx, const ConvNode& conv,
                               Layout layout) {
  if (conv.residual) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(3, layout));
  }
  return Epilogue::Make(
      ctx, {DataType::kFloat,
            WindowOutput(conv.window, conv.batch, conv.out_channels), layout});
}

}  // namespace onnxifi::opencl
