#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/random_stream.h"

namespace onnxifi::cpu {

// RandomUniform, RandomNormal and their Like forms, which take the shape and,
// without attribute dtype, the type of their input. Pure functions,
// thread-safe.
enum class Distribution : uint8_t { kUniform, kNormal };

Reject SupportsRandom(const NodeView& node);
Status PrepareRandom(PrepareContext& ctx, Distribution distribution);

// The source for a node with the float attribute `seed`, or without.
RandomSource SourceOf(const NodeView& node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_OP_H_
