#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANT_GRID_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANT_GRID_H_

#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// QuantizeLinear and DequantizeLinear: input 1 is the scale and input 2 the
// zero point; one for the tensor, one per index of an axis, or one per block
// along an axis. `statements` compute what output 0, of type `made`, gets in
// `y_v` of input 0, the scale and the zero point: floats x_v, scale_v, zero_v.
Status PrepareQuantGrid(PrepareContext& ctx, graph::DataType made,
                        const std::string& statements);

// The text that saturates float `value` and adds the float `zero`: to int8,
// uint8, int16 or uint16; ties to even, NaN gives the lowest number.
std::string SaturateText(graph::DataType type, const std::string& value,
                         const std::string& zero);
// True for these types.
bool IsQuantizedType(graph::DataType type);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANT_GRID_H_
