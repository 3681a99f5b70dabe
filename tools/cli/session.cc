#include "tools/cli/session.h"

#include <stdlib.h>

#include <charconv>
#include <chrono>
#include <set>
#include <span>

#include "base/str_cat.h"
#include "client/text.h"
#include "client/value_file.h"
#include "graph/annotate.h"
#include "graph/onnx_writer.h"
#include "partitioner/support.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/model_file.h"

namespace onnxifi::client {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

Status Wrong(const std::string& message) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY, message);
}

// Splits "NAME=VALUE" at the last '=': names may hold one, values may not.
Status Split(const char* option, const std::string& text, std::string* name,
             std::string* value) {
  const size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0) {
    return Wrong(
        StrCat(option, " '", EscapeText(text), "': no name: write NAME=VALUE"));
  }
  *name = text.substr(0, at);
  *value = text.substr(at + 1);
  return Status::Ok();
}

bool ParseInt(std::string_view text, int64_t* number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && at == end && *number >= 0;
}

ValueInfo FromGraph(const graph::Value& value) {
  ValueInfo info;
  info.name = value.name;
  info.kind = value.kind == graph::Value::Kind::kTensor
                  ? ValueInfo::Kind::kTensor
                  : ValueInfo::Kind::kUnknown;
  info.type = value.type;
  info.has_shape = value.has_shape;
  info.dims = value.dims;
  info.symbols = value.symbols;
  info.symbols.resize(info.dims.size());
  return info;
}

}  // namespace

void AddSessionOptions(CLI::App& command, SessionOptions* options) {
  command.add_option("MODEL", options->model, "ONNX model file")->required();
  command.add_option("--backend", options->choice.backend,
                     "Index, name or part of the name of the backend");
  command.add_option("--plugin", options->choice.plugin,
                     "Use this plugin file and no other");
  command.add_option("--input", options->inputs,
                     "NAME=@FILE.pb, @FILE.npy, rand(LOW,HIGH), randn, zeros, "
                     "ones, arange or lightdata; default rand(0,1)");
  command.add_option("--shape", options->shapes,
                     "NAME=1x3x224x224 or NAME=[1,3,224,224]");
  command.add_option("--dim", options->dims, "SYMBOL=4");
  command.add_option("--seed", options->seed, "Seed of random inputs");
  command
      .add_option("--threads", options->threads,
                  "Threads of the backend (ONNXIFI_NUM_THREADS)")
      ->check(CLI::Range(1, 4096));
}

Result<graph::Shape> ParseShape(std::string_view text) {
  const std::string_view whole = text;
  const bool brackets = text.starts_with('[') && text.ends_with(']');
  if (brackets) text = text.substr(1, text.size() - 2);
  graph::Shape dims;
  while (!text.empty()) {
    const size_t end = std::min(text.find(brackets ? ',' : 'x'), text.size());
    int64_t dim = 0;
    const bool last = end == text.size();
    if (!ParseInt(text.substr(0, end), &dim) || end + 1 == text.size()) {
      return Wrong(StrCat("shape '", EscapeText(whole),
                          "': not understood: write 1x3x224x224 or "
                          "[1,3,224,224]"));
    }
    dims.push_back(dim);
    text.remove_prefix(last ? end : end + 1);
  }
  return dims;
}

int Session::Prepare(const std::vector<HostValue>* expected) {
  if (const Status status = ParseBindings(); !status.ok()) {
    return ReportError(kErrorInput, status.message(), kExitUsage);
  }
  auto start = Clock::now();
  Result<graph::MappedFile> file = graph::MapFile(options_.model);
  if (!file.ok()) {
    return ReportError(kErrorFile, file.status().message() + ": check the path",
                       kExitUsage);
  }
  file_ = std::move(file).value();
  if (const Status status = OpenBackend(); !status.ok()) {
    return ReportFailure(status, Step::kLoad);
  }
  load_ms_ = MillisecondsSince(start);
  start = Clock::now();
  if (const Status status = Compile(); !status.ok()) {
    return ReportFailure(status, Step::kCompile);
  }
  if (const Status status = MakeInputs(); !status.ok()) {
    return ReportError(kErrorInput, status.message(), kExitUsage);
  }
  if (const Status status = MakeOutputs(expected); !status.ok()) {
    return ReportError(kErrorShape, status.message(), kExitUsage);
  }
  if (by_value_) return kExitOk;
  // Making inputs is not part of compiling; binding plans for the shapes.
  const auto bind_start = Clock::now();
  if (const Status status = graph_->Bind(inputs_, outputs_); !status.ok()) {
    return ReportFailure(status, Step::kBind);
  }
  compile_ms_ += MillisecondsSince(bind_start);
  return kExitOk;
}

Status Session::OpenBackend() {
  if (options_.threads > 0) {
    ::setenv("ONNXIFI_NUM_THREADS", std::to_string(options_.threads).c_str(),
             1);
  }
  ONNXIFI_RETURN_IF_ERROR(UsePlugin(options_.choice));
  ONNXIFI_ASSIGN_OR_RETURN(list_, BackendList::Open());
  ONNXIFI_ASSIGN_OR_RETURN(id_, ChooseBackend(*list_, options_.choice));
  backend_name_ = InfoText(id_, ONNXIFI_BACKEND_NAME).value_or("(unnamed)");
  ONNXIFI_ASSIGN_OR_RETURN(backend_, InitBackend(id_));
  interface_ = Interface::Find(id_);
  if (interface_.has_value() && !interface_->complete()) interface_.reset();
  return Status::Ok();
}

Status Session::Compile() {
  Result<ModelInfo> model = ReadModelInfo(file_.bytes);
  by_value_ =
      interface_.has_value() && model.ok() && !NotCarried(*model).empty();
  const auto start = Clock::now();
  ONNXIFI_ASSIGN_OR_RETURN(graph_, CompileModel());
  compile_ms_ = MillisecondsSince(start);
  // A backend that accepts the model knows better than this tool.
  ONNXIFI_ASSIGN_OR_RETURN(model_, std::move(model));
  for (const ValueInfo& input : model_.RuntimeInputs()) {
    const std::string why = NotCarried(input);
    if (!why.empty() && !by_value_) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                    StrCat("input ", why, ": use a model without it"));
    }
  }
  return Status::Ok();
}

// A backend gets the file as it is, unless tensors lie in other files: it does
// not know where these are, so that it gets what has been read of all of them.
Result<CompiledGraph> Session::CompileModel() const {
  const std::optional<Interface> interface =
      by_value_ ? interface_ : std::nullopt;
  const auto data = graph::ExternalFiles(file_.bytes);
  if (!data.ok() || data->empty()) {
    return CompiledGraph::Compile(backend_, file_.bytes, interface);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const graph::Graph graph,
                           ReadModelFile(file_, options_.model));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  const partitioner::WeightDescriptors weights(model.weights);
  return CompiledGraph::Compile(backend_, std::as_bytes(std::span(model.model)),
                                interface, {weights.data(), weights.count()});
}

Status Session::ParseBindings() {
  std::string name;
  std::string value;
  for (const std::string& text : options_.inputs) {
    ONNXIFI_RETURN_IF_ERROR(Split("--input", text, &name, &value));
    if (!values_.emplace(name, value).second) {
      return Wrong(StrCat("--input '", EscapeText(name), "': given twice"));
    }
  }
  for (const std::string& text : options_.shapes) {
    ONNXIFI_RETURN_IF_ERROR(Split("--shape", text, &name, &value));
    ONNXIFI_ASSIGN_OR_RETURN(shapes_[name], ParseShape(value));
  }
  for (const std::string& text : options_.dims) {
    ONNXIFI_RETURN_IF_ERROR(Split("--dim", text, &name, &value));
    if (!ParseInt(value, &symbols_[name])) {
      return Wrong(
          StrCat("--dim '", EscapeText(text), "': not a size: write SYMBOL=4"));
    }
  }
  return Status::Ok();
}

Status Session::MakeInputs() {
  std::set<std::string> unknown;
  for (const auto& [name, value] : values_) unknown.insert(name);
  std::string names;
  for (const ValueInfo& input : model_.RuntimeInputs()) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue value, MakeInput(input));
    BindSymbols(input, value.tensor);
    inputs_.push_back(std::move(value));
    unknown.erase(input.name);
    names += StrCat(names.empty() ? "'" : ", '", EscapeText(input.name), "'");
  }
  if (unknown.empty()) return Status::Ok();
  return Wrong(StrCat("--input '", EscapeText(*unknown.begin()),
                      "': the model has no such run-time input: it has ",
                      names.empty() ? "none" : names));
}

Result<HostValue> Session::MakeInput(const ValueInfo& input) {
  const auto given = values_.find(input.name);
  std::string text = "rand(0,1)";
  if (given != values_.end()) {
    text = given->second;
  } else if (inputs_.size() < options_.input_files.size()) {
    text = "@" + options_.input_files[inputs_.size()];
  }
  sources_.push_back(text);
  if (text.starts_with('@')) {
    return ReadValueFile(text.substr(1), input);
  }
  if (input.kind != ValueInfo::Kind::kTensor ||
      input.type == graph::DataType::kString) {
    return Wrong(StrCat("input '", EscapeText(input.name), "': a ",
                        EscapeText(TypeText(input)),
                        " cannot be made up: give --input NAME=@FILE.pb"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const Generator generator, Generator::Parse(text));
  ONNXIFI_ASSIGN_OR_RETURN(graph::Shape dims, InputDims(input));
  ONNXIFI_ASSIGN_OR_RETURN(
      HostTensor tensor,
      HostTensor::Make(input.name, input.type, std::move(dims)));
  // Inputs differ from each other, and adding one leaves the others alone.
  Fill(tensor, generator, options_.seed + inputs_.size() * 1000003);
  return HostValue(std::move(tensor));
}

Result<graph::Shape> Session::InputDims(const ValueInfo& input) const {
  if (const auto it = shapes_.find(input.name); it != shapes_.end()) {
    return it->second;
  }
  const std::string name = EscapeText(input.name);
  if (!input.has_shape) {
    return Wrong(StrCat("input '", name,
                        "': the model does not declare its shape: give "
                        "--shape ",
                        name, "=..."));
  }
  graph::Shape dims = input.dims;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] >= 0) continue;
    const std::string& symbol = input.symbols[i];
    const auto it = symbols_.find(symbol);
    if (symbol.empty() || it == symbols_.end()) {
      return Wrong(StrCat("input '", name, "': dimension ", i, " is '",
                          symbol.empty() ? "?" : EscapeText(symbol),
                          "': give --dim or --shape for it"));
    }
    dims[i] = it->second;
  }
  return dims;
}

void Session::BindSymbols(const ValueInfo& input, const HostTensor& tensor) {
  if (input.dims.size() != tensor.dims().size()) return;
  for (size_t i = 0; i < input.dims.size(); ++i) {
    if (input.dims[i] < 0 && !input.symbols[i].empty()) {
      symbols_.emplace(input.symbols[i], tensor.dims()[i]);
    }
  }
}

Status Session::MakeOutputs(const std::vector<HostValue>* expected) {
  for (size_t i = 0; i < model_.outputs.size() && !by_value_; ++i) {
    ValueInfo output = model_.outputs[i];
    if (output.type == graph::DataType::kUndefined) {
      const ValueInfo* inferred = InferredOutput(output.name);
      if (inferred != nullptr) output = *inferred;
    }
    if (const std::string why = NotCarried(output); !why.empty()) {
      return Wrong(StrCat("output ", why, ": use a model without it"));
    }
    Result<graph::Shape> dims = expected != nullptr && i < expected->size()
                                    ? (*expected)[i].tensor.dims()
                                    : OutputDims(output);
    // The run will tell, where the backend can say it then.
    by_value_ = !dims.ok() && interface_.has_value();
    if (by_value_) break;
    if (!dims.ok()) return dims.status();
    ONNXIFI_ASSIGN_OR_RETURN(
        HostTensor tensor,
        HostTensor::Make(output.name, output.type, std::move(dims).value()));
    outputs_.emplace_back(std::move(tensor));
  }
  return Status::Ok();
}

Result<graph::Shape> Session::OutputDims(const ValueInfo& output) {
  if (const auto it = shapes_.find(output.name); it != shapes_.end()) {
    return it->second;
  }
  const auto resolve = [&](const ValueInfo& value, graph::Shape* dims) {
    if (!value.has_shape) return false;
    *dims = value.dims;
    for (size_t i = 0; i < dims->size(); ++i) {
      if ((*dims)[i] >= 0) continue;
      const auto it = symbols_.find(value.symbols[i]);
      if (value.symbols[i].empty() || it == symbols_.end()) return false;
      (*dims)[i] = it->second;
    }
    return true;
  };
  graph::Shape dims;
  if (resolve(output, &dims)) return dims;
  const ValueInfo* inferred = InferredOutput(output.name);
  if (inferred != nullptr && resolve(*inferred, &dims)) return dims;
  const std::string name = EscapeText(output.name);
  return Wrong(StrCat("output '", name,
                      "': its shape is not known before the run: give "
                      "--shape ",
                      name, "=... (an upper bound), or --check"));
}

const ValueInfo* Session::InferredOutput(const std::string& name) {
  if (!inferred_) {
    inferred_.emplace();
    const Result<graph::Graph> graph = ReadModelFile(file_, options_.model);
    if (graph.ok()) {
      for (const graph::ValueId id : graph.value().outputs) {
        inferred_->push_back(FromGraph(graph.value().value(id)));
      }
    }
  }
  for (const ValueInfo& value : *inferred_) {
    if (value.name == name) return &value;
  }
  return nullptr;
}

Result<double> Session::Run() {
  const auto start = Clock::now();
  if (!by_value_) {
    ONNXIFI_RETURN_IF_ERROR(graph_->Run());
    return MillisecondsSince(start);
  }
  // The copy of the outputs counts: bound memory is written by the run, too.
  ONNXIFI_ASSIGN_OR_RETURN(outputs_, graph_->RunValues(*interface_, inputs_));
  if (outputs_.size() == model_.outputs.size()) return MillisecondsSince(start);
  return Status(
      ONNXIFI_STATUS_INTERNAL_ERROR,
      StrCat("the backend gives ", outputs_.size(), " outputs instead of ",
             model_.outputs.size(), ": report it"));
}

}  // namespace onnxifi::client
