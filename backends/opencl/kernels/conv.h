#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_CONV_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_CONV_H_

#include "backends/common/op_kernel.h"
#include "backends/common/ops/conv_node.h"
#include "backends/opencl/kernels/epilogue.h"
#include "backends/opencl/kernels/tile_text.h"
#include "backends/opencl/launch.h"

namespace onnxifi::opencl {

// Supports and Prepare of Conv and of the fused operator, whose input 3 is added
// to the result. Both may carry a group of element-wise nodes.
Reject SupportsConv(const NodeView& node);
Status PrepareConv(PrepareContext& ctx);

// Float32 with constant weights on a CPU device, in channel blocks: whole
// convolutions, and those with one channel a group. False, with nothing booked,
// for others.
Result<bool> PlanBlockedConv(PrepareContext& ctx, const ConvNode& conv);
Result<bool> PlanDepthwiseConv(PrepareContext& ctx, const ConvNode& conv);
// Any other, element by element.
Status PlanGenericConv(PrepareContext& ctx, const ConvNode& conv);

// How input pixels lie for a blocked convolution: with their padding, where
// there is some, in scratch memory.
struct ConvInput {
  int64_t planes = 0;  // of each image: channel blocks, or plain channels
  int64_t block = 1;
  int64_t height = 0;
  int64_t width = 0;
  bool copied = false;
};
// The input for `conv` of one or two dimensions; books the copy, if one is
// needed, and adds its launch.
ConvInput PadInput(PrepareContext& ctx, const ConvNode& conv, int64_t block,
                   std::vector<Launch>* launches);
// The pixels that an item does: `rows` of `columns` each.
struct PixelTile {
  int rows = 1;
  int columns = 1;
  int count() const { return rows * columns; }
};
PixelTile ChoosePixels(int64_t height, int64_t width, int most);
// Text that finds the item's first pixel: oy, ox, and the first ones that no
// other item does: new_y, new_x.
std::string PixelText(const PixelTile& tile, int64_t height, int64_t width);

// What follows the sums of an item.
struct ConvTail {
  const ConvNode* conv = nullptr;
  PixelTile pixels;
  int width = 8;    // of a vector, and of the blocks
  int vectors = 1;  // of each pixel, from `block` on
  const char* block = "block";
  bool bias = false;
  const Epilogue* epilogue = nullptr;
  const graph::Shape* output = nullptr;
};
// Adds bias, residual and activation to a vector of the output and stores it, in
// front of an epilogue in `sums`.
std::string StoreConvVector(const ConvTail& tail, const std::string& name,
                            int pixel, int vector);
// Declares `sums`, and stores them; nothing without an epilogue.
std::string DeclareConvSums(const ConvTail& tail);
std::string StoreConvSums(const ConvTail& tail);
// The bias padded with zeros to whole blocks, when it is constant or missing.
Result<std::shared_ptr<const PackedBytes>> PackBias(PrepareContext& ctx,
                                                    int64_t channels,
                                                    int64_t block);
// Declares outputs in blocks and takes the residual in the same.
Result<Epilogue> CommitBlocked(PrepareContext& ctx, const ConvNode& conv,
                               Layout layout);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_CONV_H_
