#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_MEMORY_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_MEMORY_H_

#include "backends/common/backend.h"
#include "backends/common/run_value.h"

namespace onnxifi {

// Where the memory of values lies and how long it lives. Thread-safe for
// different values and scopes.

// Aligns every tensor in a value from outside.
Status AlignValue(RunValue* value);

// Strings refer to characters that their maker owns: the run keeps them.
void KeepStrings(const RunValue& value, RunScope& scope);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_MEMORY_H_
