#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "backends/cpu/cpu_features.h"

namespace onnxifi::cpu {
namespace {

TEST(HighwayTargetsTest, FollowWhatTheProcessorHasAndTheEnvironmentAllows) {
  const int64_t targets = hwy::SupportedTargets();
  EXPECT_NE(targets & HWY_STATIC_TARGET, 0);
#if HWY_ARCH_X86
  const CpuFeatures& features = Features();
  EXPECT_EQ((targets & HWY_AVX2) != 0,
            features.isa >= Isa::kAvx2 && features.avx2_extras);
  EXPECT_EQ((targets & HWY_AVX3) != 0,
            features.isa >= Isa::kAvx512 && features.avx2_extras);
#if defined(__GNUC__)
  // The compiler's own look at the processor.
  if (features.isa >= Isa::kAvx2) {
    EXPECT_EQ(features.avx2_extras, __builtin_cpu_supports("bmi") != 0 &&
                                        __builtin_cpu_supports("bmi2") != 0 &&
                                        __builtin_cpu_supports("aes") != 0 &&
                                        __builtin_cpu_supports("pclmul") != 0);
  }
#endif
#endif
}

TEST(HighwayTargetsTest, DispatchTakesTheBestOfThem) {
  hwy::ChosenTarget& chosen = hwy::GetChosenTarget();
  EXPECT_EQ(&chosen, &hwy::GetChosenTarget());
  chosen.Update(hwy::SupportedTargets());
  EXPECT_TRUE(chosen.IsInitialized());
  hwy::ChosenTarget baseline;
  baseline.Update(HWY_STATIC_TARGET);
  // A better target stands earlier in the table.
  EXPECT_LE(chosen.GetIndex(), baseline.GetIndex());
#if HWY_ARCH_X86
  hwy::ChosenTarget avx2;
  avx2.Update(HWY_AVX2 | HWY_STATIC_TARGET);
  if ((hwy::SupportedTargets() & HWY_AVX2) != 0) {
    EXPECT_LE(chosen.GetIndex(), avx2.GetIndex());
    EXPECT_LT(avx2.GetIndex(), baseline.GetIndex());
  }
#endif
}

}  // namespace
}  // namespace onnxifi::cpu
