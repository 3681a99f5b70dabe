#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_TEXT_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Numbers as text, as Cast has them; independent of the process's locale.
// Pure functions.

// The shortest text that reads back as the same number: "1.0", "0.1",
// "1e-05", "1e+16"; "NaN", "INF" and "-INF".
std::string TextOf(double value);
std::string TextOf(float value);

// The elements of a tensor of any type that IsConvertible: integers in decimal,
// bool as 1 or 0. 16-bit floats get only the digits that their own type needs.
std::vector<std::string> TensorText(graph::DataType type, const void* data,
                                    int64_t count);

// Text -> number. Spaces around it are ignored; "nan", "inf" and "infinity"
// are known in any case. False for everything else that is no number. A value
// out of range becomes infinite (or 0). ParseInt64 takes the fraction off.
bool ParseDouble(std::string_view text, double* value);
bool ParseFloat(std::string_view text, float* value);
bool ParseInt64(std::string_view text, int64_t* value);
bool ParseUint64(std::string_view text, uint64_t* value);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_TEXT_H_
