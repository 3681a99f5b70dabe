#include "conformance/cases/plugin_model.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "client/abi_value.h"
#include "client/client.h"
#include "client/value_file.h"
#include "conformance/cases/model_facts.h"

namespace onnxifi::conformance {
namespace {

using client::ValueInfo;

bool Runs(onnxStatus status) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
}

// Descriptors of strict clients carry no dimension of 0.
bool HasEmpty(std::span<const HostValue> values) {
  return std::any_of(values.begin(), values.end(), [](const HostValue& value) {
    return value.is_tensor() && value.tensor.elements() == 0;
  });
}

bool HasEmpty(const std::vector<ValueInfo>& values) {
  return std::any_of(values.begin(), values.end(), [](const ValueInfo& value) {
    return std::find(value.dims.begin(), value.dims.end(), 0) !=
           value.dims.end();
  });
}

// Everything that one call of onnxSetGraphIO reads, so that it can be spoilt
// when the call is over: it must have been copied.
struct Binding {
  std::vector<std::unique_ptr<std::string>> names;
  std::vector<std::unique_ptr<std::vector<uint64_t>>> shapes;
  std::vector<onnxTensorDescriptorV1> inputs;
  std::vector<onnxTensorDescriptorV1> outputs;

  void Add(std::vector<onnxTensorDescriptorV1>* to, const std::string& name,
           const HostTensor& tensor, const GuardedBuffer& buffer) {
    names.push_back(std::make_unique<std::string>(name));
    shapes.push_back(std::make_unique<std::vector<uint64_t>>(
        tensor.dims().begin(), tensor.dims().end()));
    to->push_back(Describe(names.back()->c_str(),
                           static_cast<onnxEnum>(tensor.type()), *shapes.back(),
                           buffer.bytes().data()));
  }
  void Spoil() {
    for (auto& name : names) std::fill(name->begin(), name->end(), '?');
    for (auto& shape : shapes) {
      std::fill(shape->begin(), shape->end(), uint64_t{1} << 60);
    }
    for (auto* descriptors : {&inputs, &outputs}) {
      for (onnxTensorDescriptorV1& each : *descriptors) {
        std::memset(static_cast<void*>(&each), 0x5a, sizeof(each));
      }
    }
  }
};

// What the receiver of one run collects.
struct Collector {
  std::vector<HostValue> outputs;
  std::string problem;
};

onnxStatus Collect(void* context, uint32_t index, const onnxValue* value) {
  auto* collector = static_cast<Collector*>(context);
  if (index != collector->outputs.size()) {
    collector->problem = StrCat("output ", index, " is delivered after ",
                                collector->outputs.size(), " others");
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  Result<HostValue> copy = client::CopyAbiValue(value);
  if (!copy.ok()) {
    collector->problem =
        StrCat("output ", index, ": ", copy.status().message());
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  collector->outputs.push_back(std::move(copy).value());
  return ONNXIFI_STATUS_SUCCESS;
}

bool IsPoison(std::span<const std::byte> bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != GuardedBuffer::PoisonAt(i)) return false;
  }
  return !bytes.empty();
}

// One run to its end. The call that gives *status.
const char* RunOnce(Session& session, onnxGraph graph, onnxStatus* status) {
  const Plugin& plugin = session.plugin();
  onnxEvent gate = session.NewSignalledEvent();
  if (gate == nullptr) {
    *status = ONNXIFI_STATUS_INTERNAL_ERROR;
    return "onnxInitEvent";
  }
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  const char* call = "onnxRunGraph";
  *status = plugin.onnxRunGraph(graph, &from, &to);
  if (*status == ONNXIFI_STATUS_SUCCESS) {
    call = "onnxWaitEvent";
    *status = plugin.onnxWaitEvent(to.event);
    // Both are the client's; what a release returns is a test of its own.
    static_cast<void>(plugin.onnxReleaseEvent(to.event));
  }
  session.DisownEvent(gate);
  static_cast<void>(plugin.onnxReleaseEvent(gate));
  return call;
}

// Guarded copies of the inputs, which cannot be written.
Result<std::vector<GuardedBuffer>> GuardInputs(
    std::span<const HostValue> inputs, GuardedBuffer::Guard guard) {
  std::vector<GuardedBuffer> buffers;
  for (const HostValue& value : inputs) {
    const std::span<const std::byte> bytes = value.tensor.bytes();
    ONNXIFI_ASSIGN_OR_RETURN(GuardedBuffer buffer,
                             GuardedBuffer::Make(bytes.size(), guard));
    if (!bytes.empty()) {
      std::memcpy(buffer.bytes().data(), bytes.data(), bytes.size());
    }
    ONNXIFI_RETURN_IF_ERROR(buffer.MakeReadOnly());
    buffers.push_back(std::move(buffer));
  }
  return buffers;
}

}  // namespace

bool SameBytes(const HostValue& a, const HostValue& b) {
  if (!a.is_tensor() || !b.is_tensor() || a.tensor.has_strings()) {
    return client::SerializeValue(a) == client::SerializeValue(b);
  }
  const std::span<const std::byte> left = a.tensor.bytes();
  const std::span<const std::byte> right = b.tensor.bytes();
  return a.tensor.type() == b.tensor.type() &&
         a.tensor.dims() == b.tensor.dims() && left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin());
}

bool SameBytes(std::span<const HostValue> a, std::span<const HostValue> b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const HostValue& x, const HostValue& y) { return SameBytes(x, y); });
}

PluginModel::PluginModel(Test& test, Session& session, std::string_view model,
                         Way way)
    : test_(test), session_(session) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(model));
  Result<client::ModelInfo> info = client::ReadModelInfo(bytes);
  CERTIFY_REQUIRE(test_, info.ok(),
                  "the suite's own model is broken: ", info.status().message());
  info_ = std::move(info.value());
  inputs_ = info_.RuntimeInputs();
  interface_ = test.plugin().Interface(session.id());
  if (interface_.has_value() &&
      (interface_->checkModel == nullptr || interface_->initGraph == nullptr ||
       interface_->runValues == nullptr)) {
    interface_.reset();
  }
  const bool empty = HasEmpty(inputs_) || HasEmpty(info_.outputs);
  const std::string why = client::NotCarried(info_);
  by_values_ = interface_.has_value() && way != Way::kDescriptors &&
               (way == Way::kValues || client::NeedsValues(info_) || empty);
  if (!by_values_ && (!why.empty() || empty || way == Way::kValues)) {
    test_.Unsupported(!why.empty() ? why
                      : empty      ? "a dimension of 0 without interface 1.1"
                                   : "interface 1.1 is not offered");
    refused_ = true;
    return;
  }
  // At any alignment, and gone when the constructor is.
  Result<GuardedBuffer> copy = GuardedBuffer::Make(bytes.size());
  CERTIFY_REQUIRE(test_, copy.ok(), copy.status().message());
  std::memcpy(copy->bytes().data(), bytes.data(), bytes.size());
  CERTIFY_REQUIRE(test_, copy->MakeReadOnly().ok(), "mprotect");
  Ask(copy->bytes());
}

PluginModel::~PluginModel() {
  // At once: a plugin may have room for one graph only.
  if (graph_ == nullptr) return;
  CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph_),
                 ONNXIFI_STATUS_SUCCESS, "after the last run");
}

onnxStatus PluginModel::Compatibility(std::span<const std::byte> model) const {
  if (!by_values_) {
    return test_.plugin().onnxGetBackendCompatibility(
        session_.id(), model.size(), model.data());
  }
  onnxCheckModelArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = session_.id();
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  return interface_->checkModel(&arguments);
}

onnxStatus PluginModel::Init(std::span<const std::byte> model,
                             onnxGraph* graph) {
  onnxBackend backend = session_.backend();
  if (backend == nullptr) return ONNXIFI_STATUS_INTERNAL_ERROR;
  if (!by_values_) {
    return test_.plugin().onnxInitGraph(backend, nullptr, model.size(),
                                        model.data(), 0, nullptr, graph);
  }
  onnxInitGraphArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.graph = graph;
  return interface_->initGraph(&arguments);
}

void PluginModel::Ask(std::span<const std::byte> model) {
  const onnxStatus answer = Compatibility(model);
  const std::string reason = test_.plugin().LastError(session_.id());
  const onnxStatus again = Compatibility(model);
  CERTIFY_CHECK(test_, answer == again, "the same question about a model is ",
                "answered with ", StatusText(answer), " and then with ",
                StatusText(again));
  if (!Runs(answer)) {
    Refused(model, answer);
    return;
  }
  // Anything but NULL shows that a failure does not set it.
  onnxGraph graph = reinterpret_cast<onnxGraph>(uintptr_t{16});
  const onnxStatus status = Init(model, &graph);
  CERTIFY_CHECK(test_, Runs(status), "the model is said to run (",
                StatusText(answer),
                ") but cannot be compiled: ", StatusText(status), ": ",
                test_.plugin().LastError(session_.id()));
  CERTIFY_CHECK(test_, (graph != nullptr) == Runs(status), StatusText(status),
                " with ",
                graph == nullptr ? "no graph" : "a graph that is not NULL");
  if (!Runs(status) || graph == nullptr) return;
  graph_ = graph;
}

void PluginModel::CheckReason(const char* call) {
  const auto get = test_.plugin().Extension<onnxGetLastErrorFunction>(
      session_.id(), ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME);
  if (get == nullptr) return;
  CERTIFY_CHECK(test_, !test_.plugin().LastError(session_.id()).empty(), call,
                " refuses a model and onnxGetLastError tells no reason");
}

void PluginModel::Refused(std::span<const std::byte> model, onnxStatus answer) {
  refused_ = true;
  CheckReason("the compatibility query");
  const std::string reason = test_.plugin().LastError(session_.id());
  CERTIFY_CHECK(test_, client::IsRefusal(answer),
                "a valid model is answered with ", StatusText(answer), ": ",
                reason);
  onnxGraph graph = reinterpret_cast<onnxGraph>(uintptr_t{16});
  const onnxStatus status = Init(model, &graph);
  if (Runs(status) && graph != nullptr) session_.OwnGraph(graph);
  CERTIFY_CHECK(test_, !Runs(status), "the model is refused with ",
                StatusText(answer), " but compiled");
  if (!Runs(status)) {
    CERTIFY_CHECK(test_, client::IsRefusal(status),
                  "a valid model is not compiled: ", StatusText(status));
    CERTIFY_CHECK(test_, graph == nullptr, "the handle is not NULL after ",
                  StatusText(status));
    CheckReason("the compilation");
  }
  const Result<ModelFacts> facts = ReadModelFacts(model);
  CERTIFY_REQUIRE(test_, facts.ok(), facts.status().message());
  // Operator sets newer than the plugin tells are no promise of operators.
  const bool newer =
      answer == ONNXIFI_STATUS_UNSUPPORTED_VERSION &&
      !CoversOpsets(session_.InfoText(ONNXIFI_BACKEND_OPSET_VERSION), *facts);
  const bool claimed = Claims(test_.environment().profile, *facts) && !newer;
  CERTIFY_CHECK(
      test_, !claimed,
      "all operators and types of the model are claimed, but it is refused: ",
      StatusText(answer), ": ", reason);
  test_.Unsupported(StrCat(StatusText(answer), ": ", reason));
}

std::optional<std::vector<HostValue>> PluginModel::Run(
    std::span<const HostValue> inputs, std::span<const HostValue> like,
    const RunOptions& options) {
  if (!ready()) return std::nullopt;
  if (inputs.size() != inputs_.size()) {
    test_.Fail(__FILE__, __LINE__,
               StrCat("the suite has ", inputs.size(), " inputs for ",
                      inputs_.size()));
    return std::nullopt;
  }
  const bool empty = HasEmpty(inputs) || HasEmpty(like);
  if (by_values_ || ((options.values || empty) && interface_.has_value())) {
    return RunValues(inputs, options);
  }
  if (empty) {
    test_.Unsupported("a dimension of 0 without interface 1.1");
    return std::nullopt;
  }
  return RunBound(inputs, like, options);
}

void PluginModel::RunFailed(const char* call, onnxStatus status,
                            const RunOptions& options) {
  test_.Count();
  if (options.may_fail) return;
  test_.Fail(__FILE__, __LINE__,
             StrCat(call, ": ", StatusText(status), ": ",
                    test_.plugin().LastError(session_.id())));
}

bool PluginModel::Bind(std::span<const HostValue> inputs,
                       std::span<const HostValue> like,
                       const RunOptions& options) {
  Result<std::vector<GuardedBuffer>> in = GuardInputs(inputs, options.guard);
  std::vector<GuardedBuffer> out;
  Binding binding;
  for (size_t i = 0; in.ok() && i < inputs.size(); ++i) {
    binding.Add(&binding.inputs, inputs_[i].name, inputs[i].tensor,
                in.value()[i]);
  }
  Status status = in.status();
  for (size_t i = 0; status.ok() && i < like.size(); ++i) {
    Result<GuardedBuffer> buffer =
        GuardedBuffer::Make(like[i].tensor.bytes().size(), options.guard);
    status = buffer.status();
    if (!status.ok()) break;
    out.push_back(std::move(buffer.value()));
    binding.Add(&binding.outputs, info_.outputs[i].name, like[i].tensor,
                out.back());
  }
  if (!status.ok()) {
    test_.Fail(__FILE__, __LINE__, status.message());
    return false;
  }
  const onnxStatus bound = test_.plugin().onnxSetGraphIO(
      graph_, static_cast<uint32_t>(binding.inputs.size()),
      binding.inputs.empty() ? nullptr : binding.inputs.data(),
      static_cast<uint32_t>(binding.outputs.size()), binding.outputs.data());
  binding.Spoil();
  bound_inputs_ = std::move(in.value());
  bound_outputs_ = std::move(out);
  if (bound == ONNXIFI_STATUS_SUCCESS) return true;
  RunFailed("onnxSetGraphIO", bound, options);
  return false;
}

std::optional<std::vector<HostValue>> PluginModel::RunBound(
    std::span<const HostValue> inputs, std::span<const HostValue> like,
    const RunOptions& options) {
  if (!Bind(inputs, like, options)) return std::nullopt;
  onnxStatus ended = ONNXIFI_STATUS_SUCCESS;
  const char* const call = RunOnce(session_, graph_, &ended);
  if (ended != ONNXIFI_STATUS_SUCCESS) {
    RunFailed(call, ended, options);
    return std::nullopt;
  }
  std::vector<HostValue> got;
  for (size_t i = 0; i < like.size(); ++i) {
    const GuardedBuffer& out = bound_outputs_[i];
    const std::string& name = info_.outputs[i].name;
    const std::string damage = out.Damage();
    CERTIFY_CHECK(test_, damage.empty(), "output '", name, "': ", damage);
    CERTIFY_CHECK(test_, !IsPoison(out.bytes()), "output '", name,
                  "' was not written");
    Result<HostTensor> copy =
        HostTensor::Make(name, like[i].tensor.type(), like[i].tensor.dims());
    if (!copy.ok()) {
      test_.Fail(__FILE__, __LINE__, copy.status().message());
      return std::nullopt;
    }
    std::copy(out.bytes().begin(), out.bytes().end(), copy->bytes().begin());
    got.emplace_back(std::move(copy.value()));
  }
  return got;
}

std::optional<std::vector<HostValue>> PluginModel::RunValues(
    std::span<const HostValue> inputs, const RunOptions& options) {
  const client::AbiValues made(inputs);
  // The bytes of plain tensors lie in guarded memory.
  std::vector<onnxValue> values(made.first(), made.first() + inputs.size());
  Result<std::vector<GuardedBuffer>> guarded =
      GuardInputs(inputs, options.guard);
  if (!guarded.ok()) {
    test_.Fail(__FILE__, __LINE__, guarded.status().message());
    return std::nullopt;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[i].name = inputs_[i].name.c_str();
    if (inputs[i].is_tensor() && !inputs[i].tensor.bytes().empty()) {
      values[i].data = guarded.value()[i].bytes().data();
    }
  }
  Collector collector;
  onnxRunValuesArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.inputsCount = static_cast<uint32_t>(inputs.size());
  arguments.graph = graph_;
  arguments.inputs = values.empty() ? nullptr : values.data();
  arguments.receive = &Collect;
  arguments.receiveContext = &collector;
  const onnxStatus status = interface_->runValues(&arguments);
  CERTIFY_CHECK(test_, collector.problem.empty(),
                "runValues: ", collector.problem);
  if (status != ONNXIFI_STATUS_SUCCESS || !collector.problem.empty()) {
    RunFailed("runValues", status, options);
    return std::nullopt;
  }
  const size_t want = info_.outputs.size();
  CERTIFY_CHECK(test_, collector.outputs.size() == want, "runValues gives ",
                collector.outputs.size(), " outputs instead of ", want);
  if (collector.outputs.size() != want) return std::nullopt;
  for (size_t i = 0; i < want; ++i) {
    collector.outputs[i].tensor.set_name(info_.outputs[i].name);
  }
  return std::move(collector.outputs);
}

}  // namespace onnxifi::conformance
