#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ATTENTION_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ATTENTION_H_

#include <vector>

#include "backends/common/ops/attention_node.h"
#include "backends/opencl/launch.h"

namespace onnxifi::opencl {

// Attention by its parts: scores of some rows in scratch memory, their bias,
// softmax, and the product with the values.

// Rows of queries, keys, values or the output: where they are, and elements from
// one batch entry, head or row to the next.
struct HeadsPlace {
  enum class Kind : uint8_t { kInput, kOutput, kScratch };
  Kind kind = Kind::kInput;
  size_t at = 0;  // which input or output; bytes into the scratch memory
  graph::DataType type = graph::DataType::kFloat;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;
};

struct AttentionPlan {
  AttentionNode node;
  graph::DataType compute = graph::DataType::kFloat;
  HeadsPlace q;
  HeadsPlace k;
  HeadsPlace v;
  HeadsPlace y;
  size_t scratch = 0;  // bytes from here on are free
  // Tensors that the node has.
  bool mask = false;
  graph::DataType mask_type = graph::DataType::kFloat;
  bool lengths = false;
  bool scores = false;  // the fourth output
};

// A head's rows in a tensor of rank 4, or of rank 3 with the rows outside.
HeadsPlace PlaceHeads(HeadsPlace::Kind kind, size_t at, const TensorDesc& desc,
                      int64_t heads, int64_t rows, int64_t width);

// Adds the launches and books their scratch memory.
void AddAttention(PrepareContext& ctx, const AttentionPlan& plan,
                  std::vector<Launch>* launches);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ATTENTION_H_
