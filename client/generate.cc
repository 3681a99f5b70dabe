#include "client/generate.h"

#include <charconv>
#include <cmath>
#include <numbers>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

// SplitMix64: the same numbers with every compiler and library, which the
// standard distributions do not promise.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // Uniform in [0, 1).
  double Next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1p-53;
  }

 private:
  uint64_t state_;
};

double Normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.Next()));
  return radius * std::cos(2 * std::numbers::pi * random.Next());
}

// Reads "low,high)" to the end.
bool ParseRange(std::string_view text, double* low, double* high) {
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, *low);
  if (error != std::errc() || at == end || *at != ',') return false;
  ++at;
  while (at != end && *at == ' ') ++at;
  const auto [last, wrong] = std::from_chars(at, end, *high);
  return wrong == std::errc() && end - last == 1 && *last == ')' &&
         std::isfinite(*low) && std::isfinite(*high) && *low <= *high;
}

}  // namespace

Result<Generator> Generator::Parse(std::string_view text) {
  constexpr std::string_view kRange = "rand(";
  Generator generator;
  if (text == "rand") return generator;
  if (text.starts_with(kRange) &&
      ParseRange(text.substr(kRange.size()), &generator.low, &generator.high)) {
    return generator;
  }
  struct Row {
    std::string_view name;
    Kind kind;
  };
  constexpr Row kRows[] = {{"randn", Kind::kNormal},
                           {"zeros", Kind::kZeros},
                           {"ones", Kind::kOnes},
                           {"arange", Kind::kArange},
                           {"lightdata", Kind::kLightData}};
  for (const Row& row : kRows) {
    if (row.name != text) continue;
    generator.kind = row.kind;
    return generator;
  }
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("values '", EscapeText(text),
                       "': not known: use @FILE.pb, @FILE.npy, rand(LOW,HIGH), "
                       "randn, zeros, ones, arange or lightdata"));
}

Result<std::vector<HostValue>> MakeTensors(
    const std::vector<ValueInfo>& values) {
  std::vector<HostValue> tensors;
  for (const ValueInfo& value : values) {
    ONNXIFI_ASSIGN_OR_RETURN(
        HostTensor tensor,
        HostTensor::Make(value.name, value.type, value.dims));
    tensors.emplace_back(std::move(tensor));
  }
  return tensors;
}

void Fill(HostTensor& tensor, const Generator& generator, uint64_t seed) {
  Random random(seed);
  const int64_t parts = tensor.elements() * (IsComplex(tensor.type()) ? 2 : 1);
  const auto count = static_cast<double>(parts);
  for (int64_t i = 0; i < parts; ++i) {
    const auto index = static_cast<double>(i);
    double value = 0;
    switch (generator.kind) {
      case Generator::Kind::kUniform:
        value =
            generator.low + (generator.high - generator.low) * random.Next();
        break;
      case Generator::Kind::kNormal:
        value = Normal(random);
        break;
      case Generator::Kind::kZeros:
        break;
      case Generator::Kind::kOnes:
        value = 1;
        break;
      case Generator::Kind::kArange:
        value = index;
        break;
      case Generator::Kind::kLightData:
        value = index / count;
        break;
    }
    // A uniform draw that rounding moved out of the range would, for indices
    // into a table, point behind its end.
    if (generator.kind == Generator::Kind::kUniform &&
        IsInteger(tensor.type())) {
      value = std::floor(value);
    }
    SetElement(tensor, i, value);
  }
}

}  // namespace onnxifi::client
