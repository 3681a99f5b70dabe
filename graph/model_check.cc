#include "graph/model_check.h"

#include <onnx/checker.h>
#include <onnx/common/proto_util.h>
#include <onnx/defs/schema.h>

#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/checked.h"
#include "base/str_cat.h"
#include "graph/check_alike.h"
#include "graph/limits.h"
#include "graph/op_schemas.h"
#include "graph/tensor_type.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

using OpsetMap = std::unordered_map<std::string, int>;

constexpr const char* kLongDomain = "ai.onnx";

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// Letters, spaces, commas, dots and one arrow.
bool IsEquation(std::string_view text) {
  const size_t arrow = text.find("->");
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool of_arrow =
        arrow != std::string_view::npos && (i == arrow || i == arrow + 1);
    if (!letter && !of_arrow && c != ' ' && c != ',' && c != '.') return false;
  }
  return true;
}

std::string ShownDomain(const std::string& domain) {
  return domain.empty() ? kLongDomain : Printable(domain);
}

const auto& KnownDomains() {
  return onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
}

// Works on ModelProto and FunctionProto.
template <typename Proto>
Status CheckImports(Proto* proto, OpsetMap* opsets) {
  for (onnx::OperatorSetIdProto& import : *proto->mutable_opset_import()) {
    if (import.domain() == kLongDomain) import.clear_domain();
    const std::string& domain = import.domain();
    const int64_t version = import.version();
    if (version <= 0) {
      return Invalid(StrCat("the operator set version ", version, " of ",
                            ShownDomain(domain), " is not positive"));
    }
    const auto known = KnownDomains().find(domain);
    const int64_t newest = known == KnownDomains().end()
                               ? std::numeric_limits<int>::max()
                               : known->second.second;
    if (version > newest) {
      return Status(
          ONNXIFI_STATUS_UNSUPPORTED_VERSION,
          StrCat("the model needs operator set ", version, " of ",
                 ShownDomain(domain), "; this library knows up to ", newest));
    }
    const auto [entry, added] =
        opsets->emplace(domain, static_cast<int>(version));
    if (!added && entry->second != version) {
      return Invalid(StrCat("two versions of the operator set ",
                            ShownDomain(domain), " are imported"));
    }
  }
  return Status::Ok();
}

// Walks a graph with its subgraphs.
class StructureChecker {
 public:
  explicit StructureChecker(
      const std::unordered_set<std::string>& local_functions)
      : local_functions_(local_functions) {}

  Status Graph(onnx::GraphProto* graph, const OpsetMap& opsets);
  Status Function(onnx::FunctionProto* function, const OpsetMap& opsets);

 private:
  Status Node(onnx::NodeProto* node, const OpsetMap& opsets);
  Status Operator(const onnx::NodeProto& node, const OpsetMap& opsets);
  Status Values(
      google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>* values);
  Status Type(onnx::TypeProto* type);
  Status Shape(onnx::TensorShapeProto* shape);
  Status Name(const std::string& name, const char* what);

  const std::unordered_set<std::string>& local_functions_;
  int64_t unnamed_ = 0;
};

Status StructureChecker::Name(const std::string& name, const char* what) {
  if (name.size() <= kMaxNameBytes) return Status::Ok();
  return Invalid(StrCat("the name of ", what, " ", Quoted(name), " has ",
                        name.size(), " bytes; the limit is ", kMaxNameBytes));
}

Status StructureChecker::Shape(onnx::TensorShapeProto* shape) {
  if (static_cast<size_t>(shape->dim_size()) > kMaxRank) {
    return Invalid(StrCat("rank ", shape->dim_size(), " is above the limit of ",
                          kMaxRank));
  }
  int64_t product = 1;
  for (auto& dim : *shape->mutable_dim()) {
    if (!dim.has_dim_value()) {
      ONNXIFI_RETURN_IF_ERROR(Name(dim.dim_param(), "dimension"));
      continue;
    }
    // Some exporters write -1 for "not known".
    if (dim.dim_value() == -1) {
      dim.clear_value();
      continue;
    }
    if (dim.dim_value() < 0) {
      return Invalid(StrCat("dimension ", dim.dim_value(), " is negative"));
    }
    const int64_t factor = dim.dim_value() == 0 ? 1 : dim.dim_value();
    if (!CheckedMul(product, factor, &product) || product >= kMaxElements) {
      return Invalid("its shape has 2^48 elements or more");
    }
  }
  return Status::Ok();
}

Status StructureChecker::Type(onnx::TypeProto* type) {
  switch (type->value_case()) {
    case onnx::TypeProto::kTensorType: {
      auto* tensor = type->mutable_tensor_type();
      if (tensor->elem_type() > static_cast<int32_t>(DataType::kInt2)) {
        return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                      StrCat("element type ", tensor->elem_type(),
                             " is not one that this library knows"));
      }
      if (tensor->elem_type() <= 0) return Invalid("it has no element type");
      return tensor->has_shape() ? Shape(tensor->mutable_shape())
                                 : Status::Ok();
    }
    case onnx::TypeProto::kSparseTensorType: {
      auto* sparse = type->mutable_sparse_tensor_type();
      return sparse->has_shape() ? Shape(sparse->mutable_shape())
                                 : Status::Ok();
    }
    case onnx::TypeProto::kSequenceType:
      return Type(type->mutable_sequence_type()->mutable_elem_type());
    case onnx::TypeProto::kOptionalType:
      return Type(type->mutable_optional_type()->mutable_elem_type());
    case onnx::TypeProto::kMapType:
      return Type(type->mutable_map_type()->mutable_value_type());
    default:
      return Status::Ok();
  }
}

Status StructureChecker::Values(
    google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>* values) {
  for (onnx::ValueInfoProto& value : *values) {
    ONNXIFI_RETURN_IF_ERROR(Name(value.name(), "value"));
    if (!value.has_type()) continue;
    // A type without content means the same as none.
    if (value.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) {
      value.clear_type();
      continue;
    }
    if (Status status = Type(value.mutable_type()); !status.ok()) {
      return status.WithContext(StrCat("value ", Quoted(value.name())));
    }
  }
  return Status::Ok();
}

Status StructureChecker::Operator(const onnx::NodeProto& node,
                                  const OpsetMap& opsets) {
  const auto import = opsets.find(node.domain());
  const auto refuse = [&](onnxStatus code, const std::string& why) {
    const Status refusal(code, StrCat("node ", Quoted(node.name()),
                                      ": operator ", Quoted(node.op_type()),
                                      " of ", ShownDomain(node.domain()), why));
    return refusal.At(
        {node.name(), node.domain().empty()
                          ? node.op_type()
                          : node.domain() + ":" + node.op_type()});
  };
  if (import == opsets.end()) {
    return refuse(ONNXIFI_STATUS_INVALID_MODEL,
                  ": the model imports no operator set of this domain");
  }
  if (!local_functions_.empty() &&
      local_functions_.count(onnx::GetCalleeId(node)) != 0) {
    return Status::Ok();
  }
  // Those of ONNX itself are found without a look at all domains.
  if (!node.domain().empty() && KnownDomains().count(node.domain()) == 0) {
    return refuse(ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                  ": the domain is not known and the model has no such "
                  "function");
  }
  const onnx::OpSchema* schema =
      FindSchema(node.op_type(), import->second, node.domain());
  // The checker prints about experimental operators; none has a schema now.
  if (schema == nullptr || schema->Deprecated() ||
      onnx::checker::check_is_experimental_op(node)) {
    return refuse(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
                  StrCat(" does not exist in operator set ", import->second));
  }
  return Status::Ok();
}

Status StructureChecker::Node(onnx::NodeProto* node, const OpsetMap& opsets) {
  if (node->domain() == kLongDomain) node->clear_domain();
  ONNXIFI_RETURN_IF_ERROR(Name(node->name(), "node"));
  ONNXIFI_RETURN_IF_ERROR(Name(node->op_type(), "operator"));
  for (const auto& name : node->input()) {
    ONNXIFI_RETURN_IF_ERROR(Name(name, "value"));
  }
  for (const auto& name : node->output()) {
    ONNXIFI_RETURN_IF_ERROR(Name(name, "value"));
  }
  ONNXIFI_RETURN_IF_ERROR(Operator(*node, opsets));
  for (onnx::AttributeProto& attribute : *node->mutable_attribute()) {
    ONNXIFI_RETURN_IF_ERROR(Name(attribute.name(), "attribute"));
    // Inference makes a number for each of Split's declared outputs.
    if (attribute.name() == "num_outputs" && attribute.i() > kMaxNodes) {
      return Invalid(StrCat("node ", Quoted(node->name()), ": num_outputs ",
                            attribute.i(), " is absurd"));
    }
    // Inference counts axes in int, and writes in front of a shape's first
    // dimension where one does not fit.
    if (attribute.name() == "axis" &&
        attribute.i() > std::numeric_limits<int32_t>::max()) {
      return Invalid(StrCat("node ", Quoted(node->name()), ": axis ",
                            attribute.i(), " is absurd"));
    }
    // Inference never comes back from some of what is no equation.
    if (node->op_type() == "Einsum" && attribute.name() == "equation" &&
        !IsEquation(attribute.s())) {
      return Invalid(StrCat("node ", Quoted(node->name()), ": ",
                            Quoted(attribute.s()), " is no equation"));
    }
    // The reader has made sparse tensors dense.
    if (attribute.has_t() &&
        attribute.type() == onnx::AttributeProto::SPARSE_TENSOR) {
      attribute.set_type(onnx::AttributeProto::TENSOR);
      if (attribute.name() == "sparse_value") attribute.set_name("value");
    }
    if (attribute.has_g()) {
      ONNXIFI_RETURN_IF_ERROR(Graph(attribute.mutable_g(), opsets));
    }
    for (auto& body : *attribute.mutable_graphs()) {
      ONNXIFI_RETURN_IF_ERROR(Graph(&body, opsets));
    }
  }
  return Status::Ok();
}

Status StructureChecker::Graph(onnx::GraphProto* graph,
                               const OpsetMap& opsets) {
  ONNXIFI_RETURN_IF_ERROR(Values(graph->mutable_input()));
  ONNXIFI_RETURN_IF_ERROR(Values(graph->mutable_output()));
  ONNXIFI_RETURN_IF_ERROR(Values(graph->mutable_value_info()));
  for (const auto& tensor : graph->initializer()) {
    ONNXIFI_RETURN_IF_ERROR(Name(tensor.name(), "initializer"));
  }
  std::unordered_set<std::string_view> outputs;
  for (const auto& output : graph->output()) {
    if (!outputs.insert(output.name()).second) {
      return Invalid(
          StrCat("graph output ", Quoted(output.name()), " is listed twice"));
    }
  }
  for (onnx::NodeProto& node : *graph->mutable_node()) {
    // ONNX's messages name the node and nothing else.
    if (node.name().empty()) {
      node.set_name(StrCat(node.op_type(), "_", unnamed_++));
    }
    ONNXIFI_RETURN_IF_ERROR(Node(&node, opsets));
  }
  return Status::Ok();
}

Status StructureChecker::Function(onnx::FunctionProto* function,
                                  const OpsetMap& opsets) {
  ONNXIFI_RETURN_IF_ERROR(Name(function->name(), "function"));
  ONNXIFI_RETURN_IF_ERROR(Values(function->mutable_value_info()));
  for (onnx::NodeProto& node : *function->mutable_node()) {
    ONNXIFI_RETURN_IF_ERROR(Node(&node, opsets));
  }
  return Status::Ok();
}

// Inputs need a type; a missing shape counts as unknown.
Status CheckInputTypes(const onnx::GraphProto& graph) {
  for (const auto& input : graph.input()) {
    if (input.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) {
      return Invalid(
          StrCat("graph input ", Quoted(input.name()), " has no type"));
    }
  }
  return Status::Ok();
}

}  // namespace

Status CheckVersions(onnx::ModelProto* model) {
  const int64_t ir_version = model->ir_version();
  if (ir_version <= 0) return Invalid("the model has no ir_version");
  if (ir_version > onnx::IR_VERSION) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                  StrCat("the model has IR version ", ir_version,
                         "; this library knows up to ",
                         static_cast<int>(onnx::IR_VERSION)));
  }
  if (!model->has_graph()) return Invalid("the model has no graph");
  if (ir_version < 3) {
    if (model->opset_import_size() != 0) {
      return Invalid(
          "a model of IR version 1 or 2 cannot import operator sets");
    }
    model->add_opset_import()->set_version(1);
  } else if (model->opset_import_size() == 0) {
    return Invalid("the model imports no operator set (opset_import)");
  }
  OpsetMap opsets;
  return CheckImports(model, &opsets);
}

Status CheckStructure(onnx::ModelProto* model) {
  std::unordered_set<std::string> local_functions;
  for (onnx::FunctionProto& function : *model->mutable_functions()) {
    if (function.domain() == kLongDomain) function.set_domain("");
    local_functions.insert(onnx::GetFunctionImplId(function));
  }
  OpsetMap opsets;
  ONNXIFI_RETURN_IF_ERROR(CheckImports(model, &opsets));
  StructureChecker checker(local_functions);
  ONNXIFI_RETURN_IF_ERROR(CheckInputTypes(model->graph()));
  ONNXIFI_RETURN_IF_ERROR(checker.Graph(model->mutable_graph(), opsets));
  for (onnx::FunctionProto& function : *model->mutable_functions()) {
    OpsetMap function_opsets;
    ONNXIFI_RETURN_IF_ERROR(CheckImports(&function, &function_opsets));
    if (Status status = checker.Function(&function, function_opsets);
        !status.ok()) {
      return status.WithContext(StrCat("function ", Quoted(function.name())));
    }
  }
  return Status::Ok();
}

void RunChecker(const onnx::ModelProto& model, const NodeKinds& kinds) {
  onnx::checker::CheckerContext context;
  context.set_schema_registry(LazySchemas());
  context.set_ir_version(static_cast<int>(model.ir_version()));
  OpsetMap opsets;
  for (const auto& import : model.opset_import()) {
    opsets[import.domain()] = static_cast<int>(import.version());
  }
  context.set_opset_imports(opsets);
  const onnx::checker::LexicalScopeContext scope;
  if (model.functions_size() > 0) {
    onnx::checker::check_model_local_functions(model, context, scope);
  }
  // Not "main": the checker would demand a shape of every input and output,
  // which this library takes as unknown.
  context.set_is_main_graph(false);
  if (PassesChecker(model.graph(), kinds, context)) return;
  // Says what is wrong, if something is.
  onnx::checker::check_graph(model.graph(), context, scope);
}

}  // namespace onnxifi::graph
