#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CASE_MAP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CASE_MAP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace onnxifi::cpu {

// Case of UTF-8 text by Unicode's simple mapping: one character becomes one
// character. Independent of the process's locale. Pure functions.
enum class CaseChange : uint8_t { kNone, kLower, kUpper };

// `turkic`: the dotted and dotless i of Turkish and Azerbaijani. Bytes that
// are not UTF-8 are kept.
std::string ChangeCase(std::string_view text, CaseChange change, bool turkic);

// True for the locales "tr", "tr_TR", "tr-TR.UTF-8", "az"...
bool IsTurkicLocale(std::string_view locale);

// The character at `*at` (a position in the text), which moves behind it; a
// byte that starts no valid sequence is returned as kNoCharacter.
inline constexpr uint32_t kNoCharacter = ~uint32_t{0};
uint32_t NextCharacter(std::string_view text, size_t* at);

// Unicode's property White_Space.
bool IsWhiteSpace(uint32_t character);

// Characters first, first + step, ... last that move by `delta`.
struct CaseRun {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t delta;
};
extern const CaseRun kUpperRuns[];
extern const size_t kUpperRunsCount;
extern const CaseRun kLowerRuns[];
extern const size_t kLowerRunsCount;

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CASE_MAP_H_
