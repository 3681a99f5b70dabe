#include "backends/cpu/cpu_features.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "backends/cpu/dnnl_util.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace onnxifi::cpu {

namespace {

bool Bit(uint32_t word, int bit) { return ((word >> bit) & 1u) != 0; }

#if defined(__x86_64__)

// Which register files the operating system saves; 0 without XSAVE.
uint64_t SavedState(uint32_t leaf1_ecx) {
  if (!Bit(leaf1_ecx, 27)) return 0;
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
}

CpuFeatures Detect() {
  CpuFeatures found;
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return found;
  found.signature = a;
  if (Bit(c, 19)) found.isa = Isa::kSse41;
  const uint64_t saved = SavedState(c);
  const bool ymm = (saved & 0x6) == 0x6;
  const bool zmm = (saved & 0xE6) == 0xE6;
  const bool tiles = (saved & 0x60000) == 0x60000;
  const bool fma = Bit(c, 12) && Bit(c, 28);
  found.f16c = ymm && Bit(c, 29);
  uint32_t a7 = 0, b7 = 0, c7 = 0, d7 = 0;
  if (__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7) == 0) return found;
  if (!ymm || !fma || !Bit(b7, 5)) return found;
  found.isa = Isa::kAvx2;
  // What a compiler may add to AVX2 code that it is asked for as one target.
  uint32_t ax = 0, bx = 0, cx = 0, dx = 0;
  const bool extended = __get_cpuid(0x80000001, &ax, &bx, &cx, &dx) != 0;
  found.avx2_extras = found.f16c && Bit(c, 1) && Bit(c, 25) && Bit(b7, 3) &&
                      Bit(b7, 8) && extended && Bit(cx, 5);
  // Foundation, DQ, CD, BW, VL: what every kernel of that level may use.
  const bool core =
      Bit(b7, 16) && Bit(b7, 17) && Bit(b7, 28) && Bit(b7, 30) && Bit(b7, 31);
  if (!zmm || !core) return found;
  found.isa = Isa::kAvx512;
  found.vnni = Bit(c7, 11);
  found.amx_bf16 = tiles && Bit(d7, 22);
  found.amx_int8 = tiles && Bit(d7, 25);
  if (__get_cpuid_count(7, 1, &a7, &b7, &c7, &d7) != 0) {
    found.avx512_bf16 = Bit(a7, 5);
  }
  return found;
}

#else

CpuFeatures Detect() { return {}; }

#endif

Isa Allowed() {
  const char* text = secure_getenv("ONNXIFI_CPU_MAX_ISA");
  if (text == nullptr) return Isa::kAvx512;
  for (const Isa isa : {Isa::kBaseline, Isa::kSse41, Isa::kAvx2}) {
    if (std::string_view(text) == IsaName(isa)) return isa;
  }
  return Isa::kAvx512;
}

CpuFeatures Limit(CpuFeatures features, Isa most) {
  if (features.isa <= most) return features;
  const uint32_t signature = features.signature;
  const bool f16c = features.f16c && most >= Isa::kAvx2;
  const bool avx2_extras = features.avx2_extras && most >= Isa::kAvx2;
  features = CpuFeatures{};
  features.isa = most;
  features.f16c = f16c;
  features.avx2_extras = avx2_extras;
  features.signature = signature;
  return features;
}

// 0 where nobody knows, as on some virtual machines.
int64_t SecondLevelCache() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  return sysconf(_SC_LEVEL2_CACHE_SIZE);
#else
  return 0;
#endif
}

CpuFeatures DetectAndLimit() {
  constexpr int64_t kLeast = int64_t{128} << 10, kMost = int64_t{4} << 20;
  const Isa most = Allowed();
  if (most != Isa::kAvx512) LimitDnnl(most);
  CpuFeatures features = Limit(Detect(), most);
  if (const int64_t bytes = SecondLevelCache(); bytes > 0) {
    features.l2_bytes = std::clamp(bytes, kLeast, kMost);
  }
  return features;
}

}  // namespace

const CpuFeatures& Features() {
  static const CpuFeatures features = DetectAndLimit();
  return features;
}

Layout PreferredLayout() {
  return Features().isa >= Isa::kAvx512 ? Layout::kChannels16
                                        : Layout::kChannels8;
}

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kBaseline:
      return "baseline";
    case Isa::kSse41:
      return "sse41";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "baseline";
}

}  // namespace onnxifi::cpu
