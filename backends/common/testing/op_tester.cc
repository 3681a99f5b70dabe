#include "backends/common/testing/op_tester.h"

#include "backends/common/graph_compiler.h"

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

OpTester& OpTester::RawInput(DataType type, graph::Shape dims,
                             std::vector<std::byte> bytes, bool constant) {
  graph::Value value;
  value.name = "in" + std::to_string(node_.inputs.size());
  value.kind = graph::Value::Kind::kTensor;
  value.type = type;
  value.has_shape = true;
  value.dims = dims;
  value.symbols.assign(dims.size(), "");
  const ValueId id = static_cast<ValueId>(graph_.values.size());
  node_.inputs.push_back(id);
  if (constant) {
    auto tensor = std::make_shared<graph::TensorData>();
    auto block = std::make_shared<std::vector<std::byte>>(std::move(bytes));
    tensor->type = type;
    tensor->dims = std::move(dims);
    tensor->data = block->data();
    tensor->bytes = block->size();
    tensor->owner = std::move(block);
    value.constant = std::move(tensor);
  } else {
    graph_.inputs.push_back(id);
    inputs_.push_back(std::move(bytes));
    input_shapes_.push_back(std::move(dims));
  }
  graph_.values.push_back(std::move(value));
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

OpTester& OpTester::Outputs(std::vector<DataType> types) {
  output_types_ = std::move(types);
  return *this;
}

OpTester& OpTester::OutputDims(std::vector<graph::Shape> dims) {
  output_dims_ = std::move(dims);
  return *this;
}

OpTester& OpTester::DynamicShapes() {
  dynamic_ = true;
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

Status OpTester::Run() {
  if (output_types_.empty()) output_types_ = {DataType::kUndefined};
  graph::Graph graph = graph_;
  graph::Node node = node_;
  for (const DataType type : output_types_) {
    graph::Value value;
    value.name = "out" + std::to_string(node.outputs.size());
    value.kind = graph::Value::Kind::kTensor;
    value.type = type;
    if (node.outputs.size() < output_dims_.size()) {
      value.has_shape = true;
      value.dims = output_dims_[node.outputs.size()];
      value.symbols.assign(value.dims.size(), "");
    }
    const ValueId id = static_cast<ValueId>(graph.values.size());
    node.outputs.push_back(id);
    graph.outputs.push_back(id);
    graph.values.push_back(std::move(value));
  }
  graph.nodes.push_back(std::move(node));
  if (dynamic_) {
    for (const ValueId id : graph.inputs) {
      for (int64_t& dim : graph.value(id).dims) dim = -1;
    }
  }
  const OpRegistry registry(tables_);
  ThreadPool pool(threads_);
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::unique_ptr<CompiledGraph> compiled,
      GraphCompiler::Create(std::move(graph), registry, hooks_, pool));
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<Executable> executable,
                           compiled->Specialize(input_shapes_));
  shapes_ = executable->output_shapes();
  outputs_.clear();
  std::vector<void*> out;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    const DataType type = output_types_[i];
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t bytes,
        graph::ByteSize(type == DataType::kUndefined ? DataType::kFloat : type,
                        shapes_[i]));
    outputs_.emplace_back(bytes, std::byte{0xCD});
  }
  for (std::vector<std::byte>& output : outputs_) out.push_back(output.data());
  std::vector<const void*> in;
  for (const std::vector<std::byte>& input : inputs_) {
    in.push_back(input.data());
  }
  const onnxStatus status = executable->Run(in, out);
  return status == ONNXIFI_STATUS_SUCCESS
             ? Status::Ok()
             : Status(status, "the kernel reported a run-time failure");
}

}  // namespace onnxifi::testing
