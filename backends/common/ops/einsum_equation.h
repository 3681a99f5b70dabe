#ifndef ONNXIFI_BACKENDS_COMMON_OPS_EINSUM_EQUATION_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_EINSUM_EQUATION_H_

#include <string_view>
#include <vector>

#include "graph/tensor_type.h"

namespace onnxifi {

// An Einsum equation with the shapes of its inputs put in: loops over the
// output's labels and over the summed labels, and for every input the step of
// its offset in each loop.
struct EinsumLoops {
  graph::Shape out;
  graph::Shape summed;
  std::vector<graph::Shape> out_strides;     // one list per input
  std::vector<graph::Shape> summed_strides;  // one list per input
};

// False when the equation is not one or the shapes do not fit it. Pure.
bool ParseEinsum(std::string_view equation,
                 const std::vector<graph::Shape>& inputs, EinsumLoops* loops);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_EINSUM_EQUATION_H_
