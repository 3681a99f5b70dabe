#include "backends/cpu/kernels/case_map.h"

#include <algorithm>
#include <span>

namespace onnxifi::cpu {

namespace {

constexpr uint32_t kDottedCapitalI = 0x130;
constexpr uint32_t kDotlessSmallI = 0x131;

uint32_t Map(std::span<const CaseRun> runs, uint32_t c) {
  const auto run =
      std::lower_bound(runs.begin(), runs.end(), c,
                       [](const CaseRun& r, uint32_t x) { return r.last < x; });
  if (run == runs.end() || c < run->first ||
      (c - run->first) % run->step != 0) {
    return c;
  }
  return static_cast<uint32_t>(static_cast<int32_t>(c) + run->delta);
}

uint32_t MapCharacter(uint32_t c, CaseChange change, bool turkic) {
  if (change == CaseChange::kLower) {
    if (turkic && c == 'I') return kDotlessSmallI;
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return Map({kLowerRuns, kLowerRunsCount}, c);
  }
  if (turkic && c == 'i') return kDottedCapitalI;
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  return Map({kUpperRuns, kUpperRunsCount}, c);
}

void Append(uint32_t c, std::string* out) {
  const auto add = [&](uint32_t byte) {
    out->push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  const auto tail = [&](int shift) { add(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    add(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

uint32_t NextCharacter(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const size_t start = (*at)++;
  const uint32_t lead = byte(start);
  if (lead < 0x80) return lead;
  const size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || more > text.size() - start - 1) {
    return kNoCharacter;
  }
  uint32_t c = lead & (0x3FU >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(start + i) & 0xC0) != 0x80) return kNoCharacter;
    c = c << 6 | (byte(start + i) & 0x3F);
  }
  const uint32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
  if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    return kNoCharacter;
  }
  *at = start + 1 + more;
  return c;
}

std::string ChangeCase(std::string_view text, CaseChange change, bool turkic) {
  if (change == CaseChange::kNone) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const uint32_t c = NextCharacter(text, &at);
    if (c == kNoCharacter) {
      out.push_back(text[start]);
    } else {
      Append(MapCharacter(c, change, turkic), &out);
    }
  }
  return out;
}

bool IsTurkicLocale(std::string_view locale) {
  const std::string_view language = locale.substr(0, 2);
  return (language == "tr" || language == "az") &&
         (locale.size() == 2 || locale[2] == '_' || locale[2] == '-' ||
          locale[2] == '.' || locale[2] == '@');
}

bool IsWhiteSpace(uint32_t c) {
  return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace onnxifi::cpu
