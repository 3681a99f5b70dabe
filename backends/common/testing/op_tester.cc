#include "backends/common/testing/op_tester.h"

#include <algorithm>

#include "backends/common/value_graph.h"

namespace onnxifi::testing {

using graph::Attribute;
using graph::DataType;
using graph::ValueId;

OpTester::OpTester(const OpTable* const* tables, std::string op_type, int opset,
                   std::string domain)
    : tables_(tables) {
  graph_.ir_version = 10;
  graph_.opsets[domain] = opset;
  node_.name = "test_" + op_type;
  node_.domain = std::move(domain);
  node_.op_type = std::move(op_type);
  node_.opset = opset;
}

ValueId OpTester::AddInput(graph::Value value) {
  const ValueId id = static_cast<ValueId>(graph_.values.size());
  value.name = "in" + std::to_string(node_.inputs.size());
  value.symbols.assign(value.dims.size(), "");
  node_.inputs.push_back(id);
  if (value.constant == nullptr) graph_.inputs.push_back(id);
  graph_.values.push_back(std::move(value));
  return id;
}

OpTester& OpTester::RawInput(DataType type, graph::Shape dims,
                             std::vector<std::byte> bytes, bool constant) {
  auto tensor = std::make_shared<graph::TensorData>();
  auto block = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  tensor->type = type;
  tensor->dims = std::move(dims);
  tensor->data = block->data();
  tensor->bytes = block->size();
  tensor->owner = std::move(block);
  if (!constant) return Value(RunValue::Tensor(std::move(tensor)));
  graph::Value value;
  value.kind = graph::Value::Kind::kTensor;
  value.type = type;
  value.has_shape = true;
  value.dims = tensor->dims;
  value.constant = std::move(tensor);
  AddInput(std::move(value));
  return *this;
}

OpTester& OpTester::Strings(graph::Shape dims, std::vector<std::string> strings,
                            bool constant) {
  graph::TensorPtr tensor =
      graph::MakeStringTensor(std::move(strings), std::move(dims));
  if (!constant) return Value(RunValue::Tensor(std::move(tensor)));
  graph::Value value;
  value.kind = graph::Value::Kind::kTensor;
  value.type = DataType::kString;
  value.has_shape = true;
  value.dims = tensor->dims;
  value.constant = std::move(tensor);
  AddInput(std::move(value));
  return *this;
}

OpTester& OpTester::Value(RunValue run_value) {
  using Kind = graph::Value::Kind;
  graph::Value value;
  if (run_value.is_tensor()) {
    value.kind = Kind::kTensor;
    value.type = run_value.tensor->type;
    value.has_shape = true;
    value.dims = run_value.tensor->dims;
  } else if (run_value.is_sequence()) {
    value.kind = Kind::kSequence;
  } else if (run_value.kind == RunValue::Kind::kMap) {
    value.kind = Kind::kMap;
  } else {
    value.kind = Kind::kOptional;
  }
  AddInput(std::move(value));
  inputs_.push_back(std::move(run_value));
  return *this;
}

OpTester& OpTester::NoInput() {
  node_.inputs.push_back(graph::kNoValue);
  return *this;
}

OpTester& OpTester::Attr(Attribute attribute) {
  node_.attributes.push_back(std::move(attribute));
  return *this;
}

OpTester& OpTester::AttrInt(const std::string& name, int64_t value) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kInt;
  attribute.i = value;
  return Attr(std::move(attribute));
}

OpTester& OpTester::AttrFloat(const std::string& name, float value) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kFloat;
  attribute.f = value;
  return Attr(std::move(attribute));
}

OpTester& OpTester::AttrString(const std::string& name,
                               const std::string& value) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kString;
  attribute.s = value;
  return Attr(std::move(attribute));
}

OpTester& OpTester::AttrInts(const std::string& name,
                             std::vector<int64_t> values) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kInts;
  attribute.ints = std::move(values);
  return Attr(std::move(attribute));
}

OpTester& OpTester::AttrGraph(const std::string& name, graph::Graph body) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kGraph;
  attribute.graph = std::make_shared<const graph::Graph>(std::move(body));
  return Attr(std::move(attribute));
}

OpTester& OpTester::Outputs(std::vector<DataType> types) {
  output_types_ = std::move(types);
  return *this;
}

OpTester& OpTester::OutputDims(std::vector<graph::Shape> dims) {
  output_dims_ = std::move(dims);
  return *this;
}

OpTester& OpTester::OutputKinds(std::vector<graph::Value::Kind> kinds) {
  output_kinds_ = std::move(kinds);
  return *this;
}

OpTester& OpTester::DynamicShapes() {
  dynamic_ = true;
  return *this;
}

OpTester& OpTester::Untyped() {
  untyped_ = true;
  return *this;
}

OpTester& OpTester::Hooks(const CompilerHooks& hooks) {
  hooks_ = hooks;
  return *this;
}

OpTester& OpTester::Threads(int threads) {
  threads_ = threads;
  return *this;
}

graph::Graph OpTester::MakeGraph() {
  const size_t count =
      std::max({output_types_.size(), output_kinds_.size(), size_t{1}});
  output_types_.resize(count, DataType::kUndefined);
  output_kinds_.resize(count, graph::Value::Kind::kTensor);
  graph::Graph graph = graph_;
  graph::Node node = node_;
  for (size_t o = 0; o < count; ++o) {
    graph::Value value;
    value.name = "out" + std::to_string(o);
    value.kind = output_kinds_[o];
    value.type = output_types_[o];
    if (o < output_dims_.size()) {
      value.has_shape = true;
      value.dims = output_dims_[o];
      value.symbols.assign(value.dims.size(), "");
    }
    const ValueId id = static_cast<ValueId>(graph.values.size());
    node.outputs.push_back(id);
    graph.outputs.push_back(id);
    graph.values.push_back(std::move(value));
  }
  graph.nodes.push_back(std::move(node));
  for (const ValueId id : graph.inputs) {
    graph::Value& value = graph.value(id);
    if (dynamic_) std::fill(value.dims.begin(), value.dims.end(), -1);
    if (untyped_) {
      value.kind = graph::Value::Kind::kUnknown;
      value.type = DataType::kUndefined;
    }
  }
  return graph;
}

Status OpTester::Run() {
  const OpRegistry registry(tables_);
  ThreadPool pool(threads_);
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<CompiledGraph> compiled,
                           CompileGraph(MakeGraph(), registry, hooks_, pool));
  by_value_ = compiled->by_value();
  outputs_.clear();
  shapes_.clear();
  values_.clear();
  return by_value_ ? RunByValue(*compiled) : RunPlanned(*compiled);
}

Status OpTester::RunPlanned(CompiledGraph& compiled) {
  std::vector<graph::Shape> input_shapes;
  std::vector<const void*> in;
  for (const RunValue& input : inputs_) {
    input_shapes.push_back(input.tensor->dims);
    in.push_back(input.tensor->data);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<Executable> executable,
                           compiled.Specialize(input_shapes));
  shapes_ = executable->output_shapes();
  std::vector<void*> out;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t bytes,
        graph::ByteSize(executable->output_types()[i], shapes_[i]));
    outputs_.emplace_back(bytes, std::byte{0xCD});
  }
  for (std::vector<std::byte>& output : outputs_) out.push_back(output.data());
  const onnxStatus status = executable->Run(in, out);
  return status == ONNXIFI_STATUS_SUCCESS
             ? Status::Ok()
             : Status(status, "the kernel reported a run-time failure");
}

Status OpTester::RunByValue(CompiledGraph& compiled) {
  ONNXIFI_RETURN_IF_ERROR(compiled.RunValues(scope_, inputs_, &values_));
  for (const RunValue& value : values_) {
    outputs_.emplace_back();
    shapes_.emplace_back();
    if (!value.is_tensor()) continue;
    shapes_.back() = value.tensor->dims;
    const auto* bytes = static_cast<const std::byte*>(value.tensor->data);
    outputs_.back().assign(bytes, bytes + value.tensor->bytes);
  }
  return Status::Ok();
}

std::vector<std::string> OpTester::OutputStrings(size_t i) const {
  const graph::TensorData& tensor = *values_[i].tensor;
  const auto* refs = Elements<graph::StringRef>(tensor);
  return {refs, refs + tensor.bytes / sizeof(graph::StringRef)};
}

}  // namespace onnxifi::testing
