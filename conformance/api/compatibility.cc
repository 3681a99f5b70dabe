// onnxGetBackendCompatibility: section 7.4 of the checklist.
#include <atomic>
#include <cstring>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/api/bad_models.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

onnxStatus Ask(const Session& session, const std::string& model) {
  return session.plugin().onnxGetBackendCompatibility(
      session.id(), model.size(), model.data());
}

void Refuses(Test& test, const BadModel& bad) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string model = bad.make(probe->op);
  for (int i = 0; i < 2; ++i) {
    const onnxStatus status = Ask(session, model);
    CERTIFY_CHECK(
        test,
        status == bad.status || (status == bad.or_status &&
                                 bad.or_status != ONNXIFI_STATUS_SUCCESS),
        StatusText(status), ", not ", StatusText(bad.status), ": ", bad.what);
    CheckReason(test, session, bad.what);
  }
  if (test.failed()) test.Keep("model.onnx", model);
  CERTIFY_CHECK(test, Accepted(Ask(session, probe->bytes)),
                "after a refusal a good model is refused");
}

void Arguments(Test& test) {
  Session session(test);
  const Plugin& f = session.plugin();
  const std::string model = ProbeModels()[0].bytes;
  for (const size_t size : {size_t{10}, model.size(), SIZE_MAX, size_t{0}}) {
    CERTIFY_STATUS(
        test, f.onnxGetBackendCompatibility(session.id(), size, nullptr),
        ONNXIFI_STATUS_INVALID_POINTER, "onnxModel is NULL, of size ", size);
    CheckReason(test, session, "a model that is NULL");
  }
}

void EmptyModel(Test& test) {
  Session session(test);
  const std::string model = ProbeModels()[0].bytes;
  CERTIFY_STATUS(test,
                 session.plugin().onnxGetBackendCompatibility(session.id(), 0,
                                                              model.data()),
                 ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
  CheckReason(test, session, "a model of no bytes");
  // Nothing may be read when there is nothing.
  CERTIFY_STATUS(test,
                 session.plugin().onnxGetBackendCompatibility(session.id(), 0,
                                                              Unreadable()),
                 ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
}

void AcceptsGoodModels(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::vector<float> w = {1, 2, 3, 4, 5, 6};
  for (const std::string& model :
       {probe->bytes, PairModel(probe->op), TripleModel(probe->op),
        PairWithInitializer(probe->op, w), ConstantModel(probe->op, w),
        MakeProbe(probe->op, {2, 3}, 20)}) {
    const onnxStatus status = Ask(session, model);
    CERTIFY_CHECK(test, Accepted(status), StatusText(status),
                  " for a model of nodes each of which is accepted alone: ",
                  session.plugin().LastError(session.id()));
    if (!Accepted(status)) test.Keep("model.onnx", model);
  }
}

// No beginning of a model is a model; none is read past its end.
void TruncatedModels(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string& whole = probe->bytes;
  const size_t head = wire::ModelBuilder(8, 13).BuildWithoutGraph().size();
  for (size_t size = 1; size < whole.size(); ++size) {
    Result<GuardedBuffer> bytes = GuardedBuffer::Make(size);
    CERTIFY_REQUIRE(test, bytes.ok(), bytes.status().message());
    std::memcpy(bytes->bytes().data(), whole.data(), size);
    CERTIFY_REQUIRE(test, bytes->MakeReadOnly().ok(), "no read-only memory");
    const onnxStatus status = session.plugin().onnxGetBackendCompatibility(
        session.id(), size, bytes->bytes().data());
    CERTIFY_CHECK(test,
                  status == ONNXIFI_STATUS_INVALID_PROTOBUF ||
                      (size <= head && status == ONNXIFI_STATUS_INVALID_MODEL),
                  StatusText(status), " for the first ", size, " of ",
                  whole.size(), " bytes of a model");
  }
}

void BytesAnywhere(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string& model = probe->bytes;
  const onnxStatus want = Ask(session, model);
  for (size_t offset = 0; offset < 8; ++offset) {
    std::vector<char> memory(model.size() + offset);
    std::memcpy(memory.data() + offset, model.data(), model.size());
    CERTIFY_STATUS(test,
                   session.plugin().onnxGetBackendCompatibility(
                       session.id(), model.size(), memory.data() + offset),
                   want, "the same model ", offset, " bytes further");
    // Nothing of it may have been kept.
    std::memset(memory.data(), 0xff, memory.size());
    CERTIFY_STATUS(test, Ask(session, model), want,
                   "after the bytes of the last model were overwritten");
  }
}

// With the capability a model is accepted, without it it is refused.
void Symbolic(Test& test, const wire::Dims& dims, uint64_t capability) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string model =
      DeclaredModel(probe->op, wire::kFloat, dims, wire::kFloat, dims);
  const onnxStatus status = Ask(session, model);
  if (session.Can(capability)) {
    CERTIFY_CHECK(test, Accepted(status), StatusText(status),
                  " for symbolic dimensions, which the capabilities claim: ",
                  session.plugin().LastError(session.id()));
  } else {
    CERTIFY_CHECK(test, status == ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                  StatusText(status),
                  " for symbolic dimensions, which the capabilities do not "
                  "claim, not UNSUPPORTED_SHAPE");
  }
}

void SymbolicBatch(Test& test) {
  Symbolic(test, {"N", 3}, ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE);
  Symbolic(test, {"", 3}, ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE);
}

void SymbolicSizes(Test& test) {
  Symbolic(test, {2, "M"}, ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS);
  Symbolic(test, {"N", "M"}, ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS);
}

void WeightsDoNotMatter(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const onnxStatus absent = Ask(session, PairModel(probe->op));
  for (const float value : {0.0F, 1.0F, -3e38F}) {
    const std::vector<float> w(6, value);
    CERTIFY_STATUS(test, Ask(session, PairWithInitializer(probe->op, w)),
                   absent, "the same model with weights of ", value);
  }
}

// No tensor descriptor holds strings, so that no graph could be bound.
void StringsAreRefused(Test& test) {
  Session session(test);
  const std::string model =
      DeclaredModel("Identity", wire::kString, {2}, wire::kString, {2});
  const onnxStatus status = Ask(session, model);
  CERTIFY_CHECK(test,
                status == ONNXIFI_STATUS_UNSUPPORTED_DATATYPE ||
                    status == ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
                StatusText(status),
                " for inputs and outputs that no descriptor can hold");
}

// Judging is no promise that depends on who asks, or how often.
void Threads(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string models[] = {
      probe->bytes, "junk that is no model",
      DeclaredModel(probe->op, wire::kFloat, {2, 3}, wire::kFloat, {2, 4}),
      wire::ModelBuilder(8, 13).BuildWithoutGraph()};
  onnxStatus want[4];
  for (size_t i = 0; i < 4; ++i) want[i] = Ask(session, models[i]);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        if (Ask(session, models[t % 4]) != want[t % 4]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CERTIFY_CHECK(test, wrong == 0, wrong.load(),
                " of 160 answers differ when eight threads ask");
}

}  // namespace

void AddCompatibilityTests(TestList* list) {
  for (const BadModel& bad : BadModels()) {
    list->Add(StrCat("compatibility/refuses_", bad.name), bad.compatibility_ids,
              [bad](Test& test) { Refuses(test, bad); });
  }
  list->Add("compatibility/null_model", {"R-087"}, &Arguments);
  list->Add("compatibility/empty_model", {"R-088"}, &EmptyModel);
  list->Add("compatibility/accepts_good_models", {"R-084"}, &AcceptsGoodModels);
  list->Add("compatibility/truncated_models", {"R-090"}, &TruncatedModels);
  list->Add("compatibility/bytes_anywhere", {"R-101", "R-104"}, &BytesAnywhere);
  list->Add("compatibility/symbolic_batch", {"R-098"}, &SymbolicBatch);
  list->Add("compatibility/symbolic_sizes", {"R-098"}, &SymbolicSizes);
  list->Add("compatibility/weights_do_not_matter", {"R-099"},
            &WeightsDoNotMatter);
  list->Add("compatibility/strings_are_refused", {}, &StringsAreRefused);
  list->Add("compatibility/threads", {"R-102"}, &Threads);
}

}  // namespace onnxifi::conformance
