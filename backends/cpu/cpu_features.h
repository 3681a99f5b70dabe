#ifndef ONNXIFI_BACKENDS_CPU_CPU_FEATURES_H_
#define ONNXIFI_BACKENDS_CPU_CPU_FEATURES_H_

#include <cstdint>
#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Instruction set levels that kernels are written for, each including the
// ones before it. What the environment variable ONNXIFI_CPU_MAX_ISA accepts.
enum class Isa : uint8_t { kBaseline, kSse41, kAvx2, kAvx512 };

// What this process may use of the CPU: what CPUID reports, the operating
// system saves (XGETBV) and ONNXIFI_CPU_MAX_ISA allows. Immutable.
struct CpuFeatures {
  Isa isa = Isa::kBaseline;
  bool f16c = false;
  bool avx2_extras = false;  // BMI 1 and 2, LZCNT, AES, PCLMUL, F16C
  bool vnni = false;         // AVX512_VNNI
  bool avx512_bf16 = false;  // dot products of bfloat16
  bool amx_bf16 = false;
  bool amx_int8 = false;
  int64_t l2_bytes = int64_t{512} << 10;  // second-level cache of one core
  uint32_t signature = 0;  // family, model and stepping, as CPUID gives them
};

// Detected at the first call, which also tells the libraries below us
// (oneDNN, Highway) not to go beyond the allowed level. Thread-safe.
const CpuFeatures& Features();

// The channel-blocked layout whose block is one vector register.
Layout PreferredLayout();

// "avx2", ... for logs and cache files.
const char* IsaName(Isa isa);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_CPU_FEATURES_H_
