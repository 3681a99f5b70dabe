#ifndef ONNXIFI_CONFORMANCE_OPS_MUTATE_MODEL_H_
#define ONNXIFI_CONFORMANCE_OPS_MUTATE_MODEL_H_

#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace onnxifi::conformance {

// What a mutated model is, whoever reads it.
enum class Meaning {
  kAny,      // perhaps still a model
  kNever,    // no valid model
  kNewer,    // of a version that does not exist
  kUnknown,  // of an operator that does not exist
};

// One way to make another model of a valid one.
struct Mutator {
  const char* name;
  Meaning meaning;
  // Nothing where the model has not what is changed.
  std::optional<std::string> (*mutate)(std::string_view model,
                                       std::mt19937_64& random);
};

std::span<const Mutator> Mutators();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_MUTATE_MODEL_H_
