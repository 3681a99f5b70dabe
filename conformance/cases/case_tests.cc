#include "conformance/cases/case_tests.h"

#include <algorithm>
#include <string_view>

#include "client/compare.h"
#include "client/model_info.h"
#include "client/value_file.h"
#include "conformance/cases/model_facts.h"
#include "conformance/cases/other_inputs.h"
#include "conformance/cases/plugin_model.h"
#include "conformance/cases/rename_model.h"
#include "conformance/runner/suite.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {
namespace {

using client::Comparison;
using client::ModelInfo;
using client::ValueInfo;
using Bytes = std::span<const std::byte>;
using Values = std::vector<HostValue>;

// One case in this many also runs under other names, and on values.
constexpr uint64_t kSample = 4;
// One node case in this many is part of the quick tier.
constexpr uint64_t kQuick = 4;

Result<Values> ReadAll(const std::vector<Bytes>& files,
                       const std::vector<ValueInfo>& declared) {
  if (files.size() != declared.size()) {
    return Status(ONNXIFI_STATUS_INVALID_POINTER,
                  StrCat("the case has ", files.size(), " files for ",
                         declared.size(), " values of the model"));
  }
  Values values;
  for (size_t i = 0; i < files.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue value,
                             client::ReadValueBytes(files[i], declared[i]));
    values.push_back(std::move(value));
  }
  return values;
}

// Where some inputs have an initializer, the files may or may not count them.
Result<Values> ReadInputs(const CaseData& data, const ModelInfo& model) {
  const std::vector<ValueInfo> runtime = model.RuntimeInputs();
  if (data.inputs.size() <= runtime.size()) {
    return ReadAll(data.inputs, runtime);
  }
  ONNXIFI_ASSIGN_OR_RETURN(Values all, ReadAll(data.inputs, model.inputs));
  Values values;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!model.is_static[i]) values.push_back(std::move(all[i]));
  }
  return values;
}

// A case while it runs.
class Case {
 public:
  Case(Test& test, const ArchivedCase& source)
      : test_(test), source_(source), hash_(NameHash(source.name)) {}

  void Run() {
    Session session(test_);
    if (!session.ready()) return;
    const std::string_view bytes = graph::Text(source_.model);
    const bool ran = RunModel(bytes, session);
    if (ran && !test_.failed() && Sampled(0)) Renamed(session);
    if (worst_ >= 0) test_.Show("error", worst_, 1);
    if (test_.failed()) test_.Keep("model.onnx", std::string(bytes));
  }

 private:
  // Whether this run of the suite takes a closer look, of kind `which`.
  bool Sampled(uint64_t which) const {
    return (hash_ + test_.environment().seed + which) % kSample == 0;
  }

  bool RunModel(std::string_view bytes, Session& session) {
    PluginModel model(test_, session, bytes);
    if (!model.ready()) return false;
    for (const CaseData& data : source_.data) RunData(data, model);
    return true;
  }

  void RunData(const CaseData& data, PluginModel& model) {
    Result<Values> inputs = ReadInputs(data, model.info());
    CERTIFY_REQUIRE(test_, inputs.ok(), inputs.status().message());
    Result<Values> want = ReadAll(data.outputs, model.info().outputs);
    CERTIFY_REQUIRE(test_, want.ok(), want.status().message());
    PluginModel::RunOptions options;
    if (hash_ / kSample % 2 == 0) {
      options.guard = GuardedBuffer::Guard::kInFront;
    }
    const auto got = model.Run(*inputs, *want, options);
    if (!got.has_value()) return;
    CompareAll(*want, *got, "");
    if (!test_.failed()) RunAgain(*inputs, *want, *got, options, model);
    if (!test_.failed() && !source_.random.has_value()) {
      RunOthers(*inputs, *want, *got, options, model);
    }
    if (test_.failed()) KeepValues(*inputs, *want, *got);
  }

  // The same inputs into new memory, and another way.
  void RunAgain(const Values& inputs, const Values& want, const Values& got,
                PluginModel::RunOptions options, PluginModel& model) {
    const auto again = model.Run(inputs, want, options);
    if (!again.has_value()) return;
    CERTIFY_CHECK(test_, source_.random.has_value() || SameBytes(got, *again),
                  "two runs with the same inputs give different outputs");
    CompareAll(want, *again, "second run: ");
    if (model.by_values() || !model.can_run_values() || !Sampled(1)) return;
    options.values = true;
    const auto valued = model.Run(inputs, want, options);
    if (valued.has_value()) CompareAll(want, *valued, "runValues: ");
  }

  // Other floats must give other outputs, where they are looked at.
  void RunOthers(const Values& inputs, const Values& want, const Values& got,
                 PluginModel::RunOptions options, PluginModel& model) {
    const Result<ModelFacts> facts = ReadModelFacts(source_.model);
    if (!facts.ok() || !DependsOnFloats(facts->operators, inputs, want)) return;
    options.may_fail = true;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Result<Values> others = OtherInputs(inputs, test_.random());
      CERTIFY_REQUIRE(test_, others.ok(), others.status().message());
      const auto other = model.Run(*others, want, options);
      if (!other.has_value() || !SameBytes(got, *other)) return;
    }
    test_.Fail(__FILE__, __LINE__,
               "the outputs are the same for other inputs: they do not depend "
               "on them");
  }

  // Under other names nothing may change.
  void Renamed(Session& session) {
    const Result<std::string> bytes = RenameModel(
        graph::Text(source_.model), test_.environment().seed ^ hash_);
    CERTIFY_REQUIRE(test_, bytes.ok(), bytes.status().message());
    PluginModel model(test_, session, *bytes);
    CERTIFY_REQUIRE(test_, !model.refused(),
                    "the model is refused when its nodes and tensors have "
                    "other names");
    if (!model.ready()) return;
    const CaseData& data = source_.data.front();
    const Result<Values> inputs = ReadInputs(data, model.info());
    const Result<Values> want = ReadAll(data.outputs, model.info().outputs);
    CERTIFY_REQUIRE(test_, inputs.ok() && want.ok(), "renamed model");
    const auto got = model.Run(*inputs, *want, {});
    if (got.has_value()) CompareAll(*want, *got, "under other names: ");
  }

  void CompareAll(const Values& want, const Values& got, const char* when) {
    for (size_t i = 0; i < want.size(); ++i) {
      const Comparison compared =
          source_.random.has_value()
              ? client::CompareRange(want[i], got[i], *source_.random)
              : client::Compare(want[i], got[i], source_.tolerance);
      CERTIFY_CHECK(test_, compared.equal, when, compared.reason);
      const bool bfloat16 = want[i].tensor.type() == graph::DataType::kBfloat16;
      const double limit =
          std::max(source_.tolerance.rtol, bfloat16 ? 1.0 / 64 : 0);
      if (limit > 0) worst_ = std::max(worst_, compared.max_rel_error / limit);
    }
  }

  void KeepValues(const Values& inputs, const Values& want, const Values& got) {
    const auto keep = [&](const char* stem, const Values& values) {
      for (size_t i = 0; i < values.size(); ++i) {
        test_.Keep(StrCat(stem, i, ".pb"), client::SerializeValue(values[i]));
      }
    };
    keep("input_", inputs);
    keep("output_", want);
    keep("got_", got);
  }

  Test& test_;
  const ArchivedCase& source_;
  uint64_t hash_;
  double worst_ = -1;  // error against its limit
};

}  // namespace

void AddCaseTests(const CaseArchive& archive, TestList* list) {
  for (const ArchivedCase& source : archive.cases()) {
    const Result<ModelFacts> facts = ReadModelFacts(source.model);
    list->profile = facts.ok() ? ProfileOf(*facts) : Profile::kCore;
    const bool light = GroupOf(source.name) == "light";
    list->seconds = light ? 300 : 60;
    list->quick = !light && NameHash(source.name) % kQuick == 0;
    list->Add(source.name,
              {"R-084", "R-100", "R-104", "R-162", "R-184", "R-211", "R-217"},
              [&source](Test& test) { Case(test, source).Run(); });
  }
}

}  // namespace onnxifi::conformance
