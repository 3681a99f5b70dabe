#include "conformance/interface/client_1_1.h"

#include <time.h>

#include <algorithm>

#include "base/model_builder.h"
#include "base/str_cat.h"
#include "client/abi_value.h"
#include "client/compare.h"

namespace onnxifi::conformance {

using client::HostTensor;
using client::HostValue;

onnxStatus ONNXIFI_ABI Outputs::Take(void* context, uint32_t index,
                                     const onnxValue* value) {
  auto& self = *static_cast<Outputs*>(context);
  const auto wrong = [&self](const std::string& what) {
    if (self.problem.empty()) self.problem = what;
  };
  if (::pthread_equal(self.thread, ::pthread_self()) == 0) {
    wrong("an output comes on another thread than that of the call");
  }
  if (index != static_cast<uint32_t>(self.calls)) {
    wrong(StrCat("output ", index, " comes at place ", self.calls));
  }
  ++self.calls;
  Result<HostValue> copy = client::CopyAbiValue(value);
  if (!copy.ok()) {
    wrong(StrCat("output ", index, ": ", copy.status().message()));
    return self.answer;
  }
  if (value->name == nullptr) wrong(StrCat("output ", index, " has no name"));
  self.values.push_back(std::move(copy.value()));
  self.data.push_back(value->data);
  return self.answer;
}

Client11::Client11(Test& test) : test_(test), session_(test) {
  if (!session_.ready()) return;
  const std::optional<onnxPluginInterface> table =
      plugin().Interface(session_.id());
  if (!table.has_value()) {
    test_.Unsupported("the backend does not offer interface 1.1");
    return;
  }
  table_ = *table;
  ready_ = true;
}

void Client11::Unsupported(const std::string& what) { test_.Unsupported(what); }

void Client11::NotOffered(const char* name) {
  test_.Unsupported(StrCat("the backend does not offer ", name));
}

onnxStatus Client11::Check(const std::string& model) {
  auto arguments = New<onnxCheckModelArguments>();
  arguments.backendID = id();
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  return table_.checkModel(&arguments);
}

onnxInitGraphArguments Client11::InitArguments(const std::string& model,
                                               onnxGraph* graph) {
  auto arguments = New<onnxInitGraphArguments>();
  arguments.backend = session_.backend();
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.graph = graph;
  return arguments;
}

onnxGraph Client11::NewGraph(const std::string& model) {
  onnxGraph made = nullptr;
  const onnxInitGraphArguments arguments = InitArguments(model, &made);
  const onnxStatus status = table_.initGraph(&arguments);
  CERTIFY_CHECK(test_, Done(status) && made != nullptr,
                "initGraph: ", StatusText(status), ": ", LastError());
  if (made != nullptr) session_.OwnGraph(made);
  return made;
}

onnxGraph Client11::NewContext(onnxGraph graph) {
  onnxGraph made = nullptr;
  auto arguments = New<onnxCreateContextArguments>();
  arguments.graph = graph;
  arguments.context = &made;
  const onnxStatus status = table_.createContext(&arguments);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS && made != nullptr,
                "createContext: ", StatusText(status), ": ", LastError());
  if (made != nullptr) session_.OwnGraph(made);
  return made;
}

onnxRunValuesArguments Client11::RunArguments(onnxGraph graph,
                                              std::span<const onnxValue> inputs,
                                              Outputs* outputs) {
  auto arguments = New<onnxRunValuesArguments>();
  arguments.graph = graph;
  arguments.inputsCount = static_cast<uint32_t>(inputs.size());
  arguments.inputs = inputs.data();
  arguments.receive = &Outputs::Take;
  arguments.receiveContext = outputs;
  return arguments;
}

onnxStatus Client11::Run(onnxGraph graph, std::span<const onnxValue> inputs,
                         Outputs* outputs) {
  const onnxRunValuesArguments arguments = RunArguments(graph, inputs, outputs);
  const onnxStatus status = table_.runValues(&arguments);
  CERTIFY_CHECK(test_, outputs->problem.empty(), outputs->problem);
  CERTIFY_CHECK(test_,
                status == ONNXIFI_STATUS_SUCCESS ||
                    outputs->answer != ONNXIFI_STATUS_SUCCESS ||
                    outputs->calls == 0,
                "runValues returns ", StatusText(status), " after ",
                outputs->calls, " outputs were received");
  return status;
}

onnxStatus Client11::Run(onnxGraph graph, std::span<const HostValue> inputs,
                         Outputs* outputs) {
  const client::AbiValues values(inputs);
  return Run(graph, {values.first(), inputs.size()}, outputs);
}

bool Client11::RunsTo(onnxGraph graph, std::span<const HostValue> inputs,
                      std::span<const HostValue> wanted, const char* what) {
  Outputs outputs;
  const onnxStatus status = Run(graph, inputs, &outputs);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "runValues, ", what,
                ": ", StatusText(status), ": ", LastError());
  if (status != ONNXIFI_STATUS_SUCCESS) return false;
  CERTIFY_CHECK(test_, outputs.values.size() == wanted.size(), what, ": ",
                outputs.values.size(), " outputs, not ", wanted.size());
  if (outputs.values.size() != wanted.size()) return false;
  bool right = true;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const client::Comparison comparison =
        client::Compare(wanted[i], outputs.values[i], {0, 0});
    CERTIFY_CHECK(test_, comparison.equal, what, ", output ", i, ": ",
                  comparison.reason);
    CERTIFY_CHECK(test_, wanted[i].name() == outputs.values[i].name(), what,
                  ": output ", i, " is called '", outputs.values[i].name(),
                  "', not '", wanted[i].name(), "'");
    right = right && comparison.equal;
  }
  return right;
}

bool Client11::RunsProbe(onnxGraph graph, const char* what) {
  const ProbeModel* const model = session_.model();
  if (model == nullptr) return false;
  const std::vector<float> x = {1, -2, 3, 0.5f, -5, 6};
  std::vector<float> y;
  for (const float one : x) y.push_back(model->result(one));
  return RunsTo(graph, ListOf(FloatValue("x", {2, 3}, x)),
                ListOf(FloatValue("y", {2, 3}, y)), what);
}

std::span<const NoHandle> NoHandles() {
  alignas(64) static uint64_t memory[64] = {};
  static const NoHandle handles[] = {
      {"NULL", nullptr},
      {"an address in the client's memory", &memory[8]},
      {"a number", reinterpret_cast<void*>(uintptr_t{0x7001})}};
  return handles;
}

HostValue TensorValue(const std::string& name, int32_t type,
                      const graph::Shape& shape, const void* bytes,
                      size_t size) {
  Result<HostTensor> tensor =
      HostTensor::Make(name, static_cast<graph::DataType>(type), shape);
  if (!tensor.ok()) return HostValue();
  const size_t fits = std::min(size, tensor.value().bytes().size());
  if (fits > 0) std::memcpy(tensor.value().bytes().data(), bytes, fits);
  return HostValue(std::move(tensor.value()));
}

HostValue FloatValue(const std::string& name, const graph::Shape& shape,
                     const std::vector<float>& elements) {
  return TensorValue(name, wire::kFloat, shape, elements.data(),
                     elements.size() * sizeof(float));
}

HostValue IntValue(const std::string& name, const graph::Shape& shape,
                   const std::vector<int64_t>& elements) {
  return TensorValue(name, wire::kInt64, shape, elements.data(),
                     elements.size() * sizeof(int64_t));
}

HostValue StringValue(const std::string& name, const graph::Shape& shape,
                      const std::vector<std::string>& elements) {
  HostValue value = TensorValue(name, wire::kString, shape, nullptr, 0);
  std::copy_n(elements.begin(),
              std::min(elements.size(), value.tensor.strings().size()),
              value.tensor.strings().begin());
  return value;
}

HostValue SequenceValue(const std::string& name,
                        std::vector<HostValue> elements) {
  HostValue value;
  value.kind = HostValue::Kind::kSequence;
  value.tensor.set_name(name);
  value.elements = std::move(elements);
  return value;
}

HostValue OptionalValue(const std::string& name,
                        std::vector<HostValue> elements) {
  HostValue value = SequenceValue(name, std::move(elements));
  value.kind = HostValue::Kind::kOptional;
  return value;
}

HostValue MapValue(const std::string& name, HostValue keys, HostValue values) {
  HostValue value;
  value.kind = HostValue::Kind::kMap;
  value.tensor = std::move(keys.tensor);
  value.tensor.set_name(name);
  value.elements.push_back(std::move(values));
  return value;
}

std::string OptionalType(const std::string& element) {
  using wire::WireWriter;
  return WireWriter().Bytes(9, WireWriter().Bytes(1, element).bytes()).bytes();
}

std::string MapType(int32_t key, const std::string& value) {
  using wire::WireWriter;
  WireWriter map;
  map.Varint(1, static_cast<uint64_t>(key)).Bytes(2, value);
  return WireWriter().Bytes(5, map.bytes()).bytes();
}

std::string IdentityModel(const std::string& type, int64_t ir_version,
                          int64_t opset) {
  return wire::ModelBuilder(ir_version, opset)
      .InputOfType("x", type)
      .OutputOfType("y", type)
      .Node("Identity", {"x"}, {"y"})
      .Build();
}

uint64_t NowNs() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u +
         static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace onnxifi::conformance
