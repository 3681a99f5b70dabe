// Models that are made of valid ones by a mistake: each is answered with a
// status, the same by everybody who is asked, and nothing ever ends the process.
#include <algorithm>
#include <cstring>

#include "client/client.h"
#include "client/generate.h"
#include "client/model_info.h"
#include "conformance/cases/case_archive.h"
#include "conformance/cases/plugin_model.h"
#include "conformance/ops/mutate_model.h"
#include "conformance/ops/op_case.h"
#include "conformance/ops/random_graph.h"
#include "conformance/runner/suite.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {
namespace {

using wire::kFloat;

// Larger models are too slow to be mutated often.
constexpr size_t kMaxModel = 64 * 1024;
// Runs of accepted mutants take no more memory than this.
constexpr int64_t kMaxElements = 1 << 20;
constexpr int kQuickModels = 24;
constexpr int kModels = 160;

std::string Plain() {
  const std::vector<float> weights(12, 0.5f);
  return wire::ModelBuilder(7, 13)
      .Input("x", kFloat, {2, 3})
      .Output("y", kFloat, {2, 4})
      .Output("t", kFloat, {2, 3})
      .Initializer(wire::TensorOf("w", kFloat, {3, 4}, weights))
      .Node("Relu", {"x"}, {"t"})
      .Node("MatMul", {"t", "w"}, {"u"})
      .Node("Softmax", {"u"}, {"y"}, {wire::AttrInt("axis", 1)})
      .Build();
}

std::string Convolution() {
  const std::vector<float> weights(18, 0.25f);
  return wire::ModelBuilder(7, 13)
      .Input("x", kFloat, {1, 1, 5, 5})
      .Output("y", kFloat, {1, 2, 2, 2})
      .Initializer(wire::TensorOf("w", kFloat, {2, 1, 3, 3}, weights))
      .Node("Conv", {"x", "w"}, {"c"},
            {wire::AttrInts("kernel_shape", {3, 3}),
             wire::AttrInts("pads", {0, 0, 0, 0})})
      .Node("MaxPool", {"c"}, {"y"}, {wire::AttrInts("kernel_shape", {2, 2})})
      .Build();
}

// A valid model, most often another one each time.
std::string BaseModel(Test& test, int index) {
  if (index == 0) return Plain();
  if (index == 1) return Convolution();
  const CaseArchive* archive = test.environment().archive;
  if (archive == nullptr || archive->cases().empty() || index % 3 == 2) {
    const RandomGraph graph =
        MakeRandomGraph(2 + test.random()() % 8, test.random());
    return PartOf(graph, 0, graph.nodes.size()).model;
  }
  const auto& cases = archive->cases();
  for (int attempt = 0; attempt < 20; ++attempt) {
    const ArchivedCase& each = cases[test.random()() % cases.size()];
    if (each.model.size() > kMaxModel) continue;
    return std::string(graph::Text(each.model));
  }
  return Plain();
}

bool Runs(onnxStatus status) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
}

// Codes by which a model may be answered.
bool IsAnswer(onnxStatus status) {
  switch (status) {
    case ONNXIFI_STATUS_SUCCESS:
    case ONNXIFI_STATUS_FALLBACK:
    case ONNXIFI_STATUS_INVALID_PROTOBUF:
    case ONNXIFI_STATUS_INVALID_MODEL:
    case ONNXIFI_STATUS_UNSUPPORTED_VERSION:
    case ONNXIFI_STATUS_UNSUPPORTED_OPERATOR:
    case ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE:
    case ONNXIFI_STATUS_UNSUPPORTED_SHAPE:
    case ONNXIFI_STATUS_UNSUPPORTED_DATATYPE:
    case ONNXIFI_STATUS_MISMATCHING_SHAPE:
    case ONNXIFI_STATUS_MISMATCHING_DATATYPE:
    case ONNXIFI_STATUS_NO_SYSTEM_MEMORY:
    case ONNXIFI_STATUS_NO_DEVICE_MEMORY:
      return true;
    default:
      return false;
  }
}

// Whether both answers can be given of one model. That a model contradicts
// itself may be found late, where the query looks less deep; what is not
// supported must be known before.
bool Agree(onnxStatus answer, onnxStatus compiled) {
  if (Runs(answer) == Runs(compiled)) return true;
  switch (compiled) {
    case ONNXIFI_STATUS_INVALID_MODEL:
    case ONNXIFI_STATUS_INVALID_SHAPE:
    case ONNXIFI_STATUS_MISMATCHING_SHAPE:
    case ONNXIFI_STATUS_MISMATCHING_DATATYPE:
    case ONNXIFI_STATUS_NO_SYSTEM_MEMORY:
    case ONNXIFI_STATUS_NO_DEVICE_MEMORY:
      return true;
    default:
      return false;
  }
}

// Zeros for every input, and memory for every output; nothing for models whose
// values descriptors do not carry, or that are too large.
std::optional<std::vector<HostValue>> ZerosOf(
    const std::vector<client::ValueInfo>& infos) {
  std::vector<HostValue> values;
  for (const client::ValueInfo& info : infos) {
    if (!client::NotCarried(info).empty() || !info.has_fixed_shape()) {
      return std::nullopt;
    }
    const Result<int64_t> count = graph::ElementCount(info.dims);
    if (!count.ok() || *count == 0 || *count > kMaxElements) {
      return std::nullopt;
    }
    Result<HostTensor> tensor =
        HostTensor::Make(info.name, info.type, info.dims);
    if (!tensor.ok()) return std::nullopt;
    values.emplace_back(std::move(*tensor));
  }
  return values;
}

class Mutation {
 public:
  Mutation(Test& test, Session& session, const Mutator& mutator)
      : test_(test), session_(session), mutator_(mutator) {}

  void Try(const std::string& base) {
    // A mistake in a model that the plugin refuses anyway shows nothing.
    if (!Runs(Compatibility(base))) return;
    const std::optional<std::string> made =
        mutator_.mutate(base, test_.random());
    if (!made.has_value() || made->empty() || *made == base) return;
    const bool was_failed = test_.failed();
    ++tried_;
    Check(*made);
    if (test_.failed() && !was_failed) {
      test_.Keep("base.onnx", base);
      test_.Keep("mutated.onnx", *made);
    }
  }
  size_t tried() const { return tried_; }

 private:
  onnxStatus Compatibility(const std::string& model) const {
    return test_.plugin().onnxGetBackendCompatibility(
        session_.id(), model.size(), model.data());
  }

  void Check(const std::string& model) {
    // Exactly as many bytes as there are, and none behind them.
    Result<GuardedBuffer> copy = GuardedBuffer::Make(model.size());
    CERTIFY_REQUIRE(test_, copy.ok(), copy.status().message());
    std::memcpy(copy->bytes().data(), model.data(), model.size());
    const onnxStatus answer = test_.plugin().onnxGetBackendCompatibility(
        session_.id(), copy->bytes().size(), copy->bytes().data());
    CERTIFY_CHECK(test_, IsAnswer(answer), "a broken model is answered with ",
                  StatusText(answer));
    CheckMeaning(answer);
    onnxGraph graph = reinterpret_cast<onnxGraph>(uintptr_t{16});
    const onnxStatus status = test_.plugin().onnxInitGraph(
        session_.backend(), nullptr, copy->bytes().size(), copy->bytes().data(),
        0, nullptr, &graph);
    // Also a shape that comes of the weights.
    CERTIFY_CHECK(test_,
                  IsAnswer(status) || status == ONNXIFI_STATUS_INVALID_SHAPE,
                  "a broken model is compiled with ", StatusText(status));
    CERTIFY_CHECK(test_, (graph != nullptr) == Runs(status), StatusText(status),
                  " with a graph that is ",
                  graph == nullptr ? "NULL" : "not NULL");
    CERTIFY_CHECK(test_, Agree(answer, status),
                  "the compatibility query answers ", StatusText(answer),
                  ", the compilation ", StatusText(status));
    if (!Runs(status) || graph == nullptr) return;
    Run(graph, model);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "of a mutated model");
    bound_.clear();
  }

  void CheckMeaning(onnxStatus answer) {
    switch (mutator_.meaning) {
      case Meaning::kAny:
        return;
      case Meaning::kNever:
        CERTIFY_CHECK(test_, !Runs(answer),
                      "a model that breaks the rules of "
                      "ONNX is accepted");
        return;
      case Meaning::kNewer:
        CERTIFY_CHECK(test_, answer == ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                      "a version or domain that does not exist is answered "
                      "with ",
                      StatusText(answer));
        return;
      case Meaning::kUnknown:
        CERTIFY_CHECK(test_, !Runs(answer),
                      "an operator that does not exist is accepted");
        return;
    }
  }

  // What was accepted must run, or fail in order.
  void Run(onnxGraph graph, const std::string& model) {
    const auto info = client::ReadModelInfo(std::as_bytes(std::span(model)));
    if (!info.ok()) return;
    const auto in = ZerosOf(info->RuntimeInputs());
    const auto out = ZerosOf(info->outputs);
    if (!in.has_value() || !out.has_value()) return;
    std::vector<onnxTensorDescriptorV1> from;
    std::vector<onnxTensorDescriptorV1> to;
    std::vector<std::vector<uint64_t>> shapes;
    shapes.reserve(in->size() + out->size());
    const auto describe = [&](const std::vector<HostValue>& values,
                              std::vector<onnxTensorDescriptorV1>* list) {
      for (const HostValue& value : values) {
        Result<GuardedBuffer> buffer =
            GuardedBuffer::Make(value.tensor.bytes().size());
        if (!buffer.ok()) return;
        std::memset(buffer->bytes().data(), 0, buffer->bytes().size());
        const graph::Shape& dims = value.tensor.dims();
        shapes.emplace_back(dims.begin(), dims.end());
        list->push_back(Describe(value.name().c_str(),
                                 static_cast<onnxEnum>(value.tensor.type()),
                                 shapes.back(), buffer->bytes().data()));
        bound_.push_back(std::move(*buffer));
      }
    };
    describe(*in, &from);
    describe(*out, &to);
    const onnxStatus bound = test_.plugin().onnxSetGraphIO(
        graph, static_cast<uint32_t>(from.size()),
        from.empty() ? nullptr : from.data(), static_cast<uint32_t>(to.size()),
        to.data());
    test_.Count();
    if (bound != ONNXIFI_STATUS_SUCCESS) return;
    Finish(graph);
    for (const GuardedBuffer& buffer : bound_) {
      const std::string damage = buffer.Damage();
      CERTIFY_CHECK(test_, damage.empty(), "a mutated model: ", damage);
    }
  }

  void Finish(onnxGraph graph) {
    const Plugin& plugin = test_.plugin();
    onnxEvent gate = session_.NewSignalledEvent();
    if (gate == nullptr) return;
    const onnxMemoryFenceV1 from = EventFence(gate);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    if (plugin.onnxRunGraph(graph, &from, &to) == ONNXIFI_STATUS_SUCCESS) {
      // It may fail, for zeros as indices; it must end, and say how.
      const onnxStatus ended = plugin.onnxWaitEvent(to.event);
      CERTIFY_CHECK(test_,
                    ended == ONNXIFI_STATUS_SUCCESS || ended >> 8 == 0x04,
                    "a run ends with ", StatusText(ended));
      CERTIFY_STATUS(test_, plugin.onnxReleaseEvent(to.event),
                     ONNXIFI_STATUS_SUCCESS, "of a mutated model");
    }
    session_.DisownEvent(gate);
    CERTIFY_STATUS(test_, plugin.onnxReleaseEvent(gate), ONNXIFI_STATUS_SUCCESS,
                   "of a mutated model");
  }

  Test& test_;
  Session& session_;
  const Mutator& mutator_;
  std::vector<GuardedBuffer> bound_;
  size_t tried_ = 0;
};

void Mutate(Test& test, const Mutator& mutator, int models) {
  Session session(test);
  if (!session.ready() || session.backend() == nullptr) return;
  Mutation mutation(test, session, mutator);
  for (int i = 0; i < models; ++i) mutation.Try(BaseModel(test, i));
  if (mutation.tried() == 0) {
    test.Unsupported("the plugin runs no model that could be changed");
  }
}

}  // namespace

void AddModelMutationTests(TestList* list) {
  list->seconds = 240;
  for (const bool quick : {true, false}) {
    list->quick = quick;
    for (const Mutator& mutator : Mutators()) {
      list->Add(StrCat("mutation/", mutator.name, quick ? "" : "_more"),
                {"R-089", "R-091", "R-100", "R-156"},
                [&mutator, quick](Test& test) {
                  Mutate(test, mutator, quick ? kQuickModels : kModels);
                });
    }
  }
}

}  // namespace onnxifi::conformance
