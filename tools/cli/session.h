#ifndef ONNXIFI_TOOLS_CLI_SESSION_H_
#define ONNXIFI_TOOLS_CLI_SESSION_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/client.h"
#include "client/generate.h"
#include "client/host_value.h"
#include "client/interface.h"
#include "client/model_info.h"
#include "graph/onnx_reader.h"

namespace onnxifi::client {

// What `run` and `bench` have in common on the command line.
struct SessionOptions {
  std::string model;
  BackendChoice choice;
  std::vector<std::string> inputs;  // NAME=VALUES
  std::vector<std::string> shapes;  // NAME=1x3x224x224
  std::vector<std::string> dims;    // SYMBOL=4
  // Files for the run-time inputs that `inputs` does not name, in model order.
  std::vector<std::string> input_files;
  uint64_t seed = 0;
  int threads = 0;  // 0: what the plugin chooses
};
void AddSessionOptions(CLI::App& command, SessionOptions* options);

// One model on one backend with its inputs and outputs. Runs on bound tensors
// of interface 1.0 where that can be, and on values of 1.1 where descriptors
// cannot carry something or a shape is not known before the run.
// Single-threaded.
class Session {
 public:
  explicit Session(SessionOptions options) : options_(std::move(options)) {}

  // Everything up to the first run. Prints what is wrong and returns the exit
  // code, kExitOk when the session is ready. `expected`, when not null, holds
  // values whose shapes the outputs have.
  int Prepare(const std::vector<HostValue>* expected);
  // One run; its time in milliseconds.
  Result<double> Run();

  const SessionOptions& options() const { return options_; }
  onnxBackendID backend_id() const { return id_; }
  const std::string& backend_name() const { return backend_name_; }
  const ModelInfo& model() const { return model_; }
  const std::vector<HostValue>& inputs() const { return inputs_; }
  // After a run.
  const std::vector<HostValue>& outputs() const { return outputs_; }
  // How each input was made: "@file" or the generator's notation.
  const std::vector<std::string>& sources() const { return sources_; }
  double load_ms() const { return load_ms_; }
  double compile_ms() const { return compile_ms_; }

 private:
  Status OpenBackend();
  Status Compile();
  Result<CompiledGraph> CompileModel() const;
  Status ParseBindings();
  Status MakeInputs();
  Result<HostValue> MakeInput(const ValueInfo& input);
  Result<graph::Shape> InputDims(const ValueInfo& input) const;
  void BindSymbols(const ValueInfo& input, const HostTensor& tensor);
  Status MakeOutputs(const std::vector<HostValue>* expected);
  Result<graph::Shape> OutputDims(const ValueInfo& output);
  // Types and shapes of the outputs as ONNX's inference sees them, for models
  // that do not declare them.
  const ValueInfo* InferredOutput(const std::string& name);

  SessionOptions options_;
  graph::MappedFile file_;
  std::optional<BackendList> list_;
  onnxBackendID id_{};
  std::string backend_name_;
  Backend backend_;
  std::optional<Interface> interface_;  // when it can run models on values
  bool by_value_ = false;
  std::optional<CompiledGraph> graph_;
  ModelInfo model_;
  std::optional<std::vector<ValueInfo>> inferred_;
  std::map<std::string, std::string> values_;
  std::map<std::string, graph::Shape> shapes_;
  std::map<std::string, int64_t> symbols_;
  std::vector<HostValue> inputs_;
  std::vector<HostValue> outputs_;
  std::vector<std::string> sources_;
  double load_ms_ = 0;
  double compile_ms_ = 0;
};

// Reads "1x3x224x224", "[1,3,224,224]" or "" (a scalar).
Result<graph::Shape> ParseShape(std::string_view text);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_SESSION_H_
