#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "conformance/runner/worker.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/version.h"

namespace {

int RunTool(int argc, char** argv) {
  CLI::App app{
      "Command line of ONNXIFI: finds accelerator plugins and runs "
      "ONNX models on them",
      "onnxifi"};
  app.require_subcommand(1);
  app.set_version_flag("--version", onnxifi::client::VersionText());
  onnxifi::client::Action action;
  onnxifi::client::AddInfoCommand(app, &action);
  onnxifi::client::AddRunCommand(app, &action);
  onnxifi::client::AddBenchCommand(app, &action);
  onnxifi::client::AddCompareCommand(app, &action);
  onnxifi::client::AddPartitionCommand(app, &action);
  onnxifi::client::AddCheckCasesCommand(app, &action);
  onnxifi::client::AddCertifyCommand(app, &action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return onnxifi::client::ReportError(
        onnxifi::client::kErrorUsage,
        std::string("usage: ") + error.what() + ": see onnxifi --help",
        onnxifi::client::kExitUsage);
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  // Started by `certify`, for no user.
  if (argc == 2 &&
      std::string_view(argv[1]) == onnxifi::conformance::kWorkerArgument) {
    return onnxifi::conformance::WorkerMain();
  }
  try {
    return RunTool(argc, argv);
  } catch (const std::bad_alloc&) {
    return onnxifi::client::ReportError(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                                        "memory: none left: use a smaller "
                                        "model or free some",
                                        onnxifi::client::kExitResources);
  } catch (const std::exception& error) {
    return onnxifi::client::ReportError(onnxifi::client::kErrorUsage,
                                        std::string("tool: ") + error.what(),
                                        onnxifi::client::kExitUsage);
  }
}
