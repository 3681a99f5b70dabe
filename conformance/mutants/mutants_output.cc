// Mutants that compute right and hand out something else.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

using Change = void (*)(Output&);

// Changes each output by itself.
class OutputMutant final : public Mutant {
 public:
  OutputMutant(const BasePlugin& base, Change change)
      : Mutant(base), change_(change) {}
  bool changes_outputs() const override { return true; }
  void ChangeOutputs(std::span<Output> outputs) override {
    for (Output& output : outputs) change_(output);
  }

 private:
  const Change change_;
};

bool IsFloat(const Output& output) {
  return output.type == ONNXIFI_DATATYPE_FLOAT32 && output.count > 0;
}
float* Floats(const Output& output) { return static_cast<float*>(output.data); }
char* Bytes(const Output& output) { return static_cast<char*>(output.data); }
size_t ByteCount(const Output& output) {
  return output.count * output.element_size;
}

void DropLast(Output& output) {
  if (output.count > 0) {
    std::memset(Bytes(output) + ByteCount(output) - output.element_size, 0,
                output.element_size);
  }
}
void DropFirst(Output& output) {
  if (output.count > 0) std::memset(Bytes(output), 0, output.element_size);
}
void DropOdd(Output& output) {
  if (output.count % 2 == 1) DropLast(output);
}
void DropTail(Output& output) {
  const size_t tail = output.count % 8;
  std::memset(Bytes(output) + (output.count - tail) * output.element_size, 0,
              tail * output.element_size);
}
void Zero(Output& output) { std::memset(Bytes(output), 0, ByteCount(output)); }
void Reverse(Output& output) {
  for (size_t i = 0; i < output.count / 2; ++i) {
    char* const a = Bytes(output) + i * output.element_size;
    char* const b =
        Bytes(output) + (output.count - 1 - i) * output.element_size;
    std::swap_ranges(a, a + output.element_size, b);
  }
}
void SwapPair(Output& output) {
  if (output.count < 2) return;
  char* const a = Bytes(output);
  std::swap_ranges(a, a + output.element_size, a + output.element_size);
}
void Shift(Output& output) {
  if (output.count < 2) return;
  std::memmove(Bytes(output) + output.element_size, Bytes(output),
               ByteCount(output) - output.element_size);
}
void AddThousandth(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) Floats(output)[i] *= 1.004F;
}
void Offset(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) Floats(output)[i] += 0.01F;
}
// Keeps 7 bits of the fraction, as bfloat16 does.
void Coarse(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, Floats(output) + i, sizeof(bits));
    bits &= 0xffff0000U;
    std::memcpy(Floats(output) + i, &bits, sizeof(bits));
  }
}
void NanToZero(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) {
    if (std::isnan(Floats(output)[i])) Floats(output)[i] = 0;
  }
}
void InfToMax(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) {
    float& value = Floats(output)[i];
    if (std::isinf(value)) value = std::copysign(3.4028235e38F, value);
  }
}
void OneNan(Output& output) {
  if (IsFloat(output)) Floats(output)[output.count / 2] = NAN;
}
void Negate(Output& output) {
  if (!IsFloat(output)) return;
  for (size_t i = 0; i < output.count; ++i) Floats(output)[i] *= -1;
}
void OneMore(Output& output) {
  if (output.type != ONNXIFI_DATATYPE_INT64 || output.count == 0) return;
  static_cast<int64_t*>(output.data)[output.count - 1] += 1;
}
void BoolTwo(Output& output) {
  if (output.type != 9) return;
  for (size_t i = 0; i < output.count; ++i) {
    if (Bytes(output)[i] != 0) Bytes(output)[i] = 2;
  }
}
void WritePast(Output& output) {
  if (ByteCount(output) > 0) Bytes(output)[ByteCount(output)] ^= 0x5a;
}
void WriteBefore(Output& output) {
  if (ByteCount(output) > 0) Bytes(output)[-1] ^= 0x5a;
}
void BatchLeak(Output& output) {
  if (output.shape.size() < 2 || output.shape[0] < 2) return;
  const size_t row = ByteCount(output) / output.shape[0];
  std::memcpy(Bytes(output) + row, Bytes(output), row);
}
void UnalignedTail(Output& output) {
  if (reinterpret_cast<uintptr_t>(output.data) % 16 != 0) DropLast(output);
}
void RandomBit(Output& output) {
  if (!IsFloat(output)) return;
  static int calls = 0;
  if (++calls % 2 == 0) Floats(output)[0] += std::abs(Floats(output)[0]) / 64;
}
void RankEight(Output& output) {
  if (output.shape.size() >= 5) Reverse(output);
}
void ScalarOnly(Output& output) {
  if (output.shape.empty()) Zero(output);
}
void Large(Output& output) {
  if (output.count > 1000) Bytes(output)[ByteCount(output) / 2] ^= 0x40;
}

// Hands out what the run before this one has computed, where the shape is the
// same.
class PreviousResult final : public Mutant {
 public:
  using Mutant::Mutant;
  bool changes_outputs() const override { return true; }
  void ChangeOutputs(std::span<Output> outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Output& output = outputs[i];
      std::vector<char>& last = last_[{i, output.type, output.shape}];
      const std::vector<char> now(Bytes(output),
                                  Bytes(output) + ByteCount(output));
      if (last.size() == now.size() && !now.empty()) {
        std::memcpy(Bytes(output), last.data(), last.size());
      }
      last = now;
    }
  }

 private:
  struct Key {
    size_t index;
    uint64_t type;
    std::vector<uint64_t> shape;
    auto operator<=>(const Key&) const = default;
  };
  std::mutex mutex_;
  std::map<Key, std::vector<char>> last_;
};

// Gives the outputs of a graph in each other's places.
class SwappedOutputs final : public Mutant {
 public:
  using Mutant::Mutant;
  bool changes_outputs() const override { return true; }
  void ChangeOutputs(std::span<Output> outputs) override {
    if (outputs.size() < 2) return;
    const size_t bytes = std::min(ByteCount(outputs[0]), ByteCount(outputs[1]));
    std::swap_ranges(Bytes(outputs[0]), Bytes(outputs[0]) + bytes,
                     Bytes(outputs[1]));
  }
};

// Leaves all outputs but the first as they were.
class FirstOutputOnly final : public Mutant {
 public:
  using Mutant::Mutant;
  bool changes_outputs() const override { return true; }
  void ChangeOutputs(std::span<Output> outputs) override {
    for (size_t i = 1; i < outputs.size(); ++i) Zero(outputs[i]);
  }
};

struct Row {
  const char* name;
  Change change;
  const char* what;
};
constexpr Row kRows[] = {
    {"drop_last_element", &DropLast, "the last element is not computed"},
    {"drop_first_element", &DropFirst, "the first element is not computed"},
    {"drop_last_of_odd", &DropOdd, "the last of an odd number is missing"},
    {"drop_vector_tail", &DropTail, "what fills no vector of 8 is missing"},
    {"all_zero", &Zero, "outputs are zero"},
    {"reversed", &Reverse, "elements come in reverse order"},
    {"swapped_pair", &SwapPair, "the first two elements are swapped"},
    {"shifted", &Shift, "elements are one place off"},
    {"scaled", &AddThousandth, "float32 is 0.4 % too large"},
    {"offset", &Offset, "float32 is 0.01 too large"},
    {"bfloat16_results", &Coarse, "float32 has 8 bits of precision"},
    {"nan_becomes_zero", &NanToZero, "NaN is lost"},
    {"infinity_saturates", &InfToMax, "infinity becomes the largest float"},
    {"one_nan", &OneNan, "one element is NaN"},
    {"negated", &Negate, "float32 has the wrong sign"},
    {"one_more", &OneMore, "the last int64 is one too large"},
    {"bool_is_two", &BoolTwo, "true is 2"},
    {"writes_past_the_end", &WritePast, "one byte behind an output changes"},
    {"writes_before_the_start", &WriteBefore,
     "one byte before an output changes"},
    {"batch_leak", &BatchLeak, "the second of a batch gets the first's result"},
    {"unaligned_tail", &UnalignedTail,
     "outputs that are not aligned to 16 lack their end"},
    {"not_deterministic", &RandomBit, "every second run differs"},
    {"high_rank", &RankEight, "outputs of rank 5 and more are reversed"},
    {"scalars_are_zero", &ScalarOnly, "outputs of rank 0 are zero"},
    {"large_outputs", &Large, "a bit of every large output flips"},
};

}  // namespace

void AddOutputMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kRun, row.what, [row](const BasePlugin& base) {
           return std::make_unique<OutputMutant>(base, row.change);
         }});
  }
  list->push_back({"previous_result", Area::kRun,
                   "a run hands out the result of the run before",
                   &MakeMutant<PreviousResult>});
  list->push_back({"swapped_outputs", Area::kRun,
                   "two outputs are in each other's place",
                   &MakeMutant<SwappedOutputs>});
  list->push_back({"first_output_only", Area::kRun,
                   "only the first output is computed",
                   &MakeMutant<FirstOutputOnly>});
}

}  // namespace onnxifi::mutants
