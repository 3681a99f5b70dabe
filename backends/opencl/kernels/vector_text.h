#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_VECTOR_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_VECTOR_TEXT_H_

#include <string>
#include <string_view>

#include "graph/tensor_type.h"

namespace onnxifi::opencl {

// "float8"; the type itself for one element.
std::string VectorType(std::string_view type, int width);

// Elements of a vector of 64 bytes of the compute type, 16 at most.
int FullWidth(graph::DataType type);

// LoadText() and StoreText() of `width` neighbouring elements.
std::string LoadVectorText(graph::DataType type, int width,
                           std::string_view name, std::string_view index);
std::string StoreVectorText(graph::DataType type, int width,
                            std::string_view name, std::string_view index,
                            std::string_view value);

// The numbers that are neutral for a maximum and a minimum.
const char* LowestText(graph::DataType type);
const char* HighestText(graph::DataType type);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_VECTOR_TEXT_H_
