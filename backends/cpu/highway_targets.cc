// The run-time half of Highway. Its own library measures the resolution of
// the clock when it is loaded, 7 ms of every process that opens the plugin,
// and all that its headers need of it are these two functions.

#include <hwy/targets.h>

#include "backends/cpu/cpu_features.h"

namespace hwy {

// The targets whose instructions this processor has and the environment
// allows. Those beyond AVX3 are left out: no kernel here uses their additions.
int64_t SupportedTargets() {
  int64_t targets = 0;
#if HWY_ARCH_X86
  using onnxifi::cpu::Isa;
  const onnxifi::cpu::CpuFeatures& features = onnxifi::cpu::Features();
  if (features.avx2_extras) {
    if (features.isa >= Isa::kAvx512) targets |= HWY_AVX3;
    if (features.isa >= Isa::kAvx2) targets |= HWY_AVX2;
  }
#endif
  return targets | HWY_STATIC_TARGET;
}

ChosenTarget& GetChosenTarget() {
  static constinit ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
