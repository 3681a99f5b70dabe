#include <exception>
#include <new>
#include <string>

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
  app.set_version_flag("--version", onnxifi::cli::VersionText());
  onnxifi::cli::Action action;
  onnxifi::cli::AddInfoCommand(app, &action);
  onnxifi::cli::AddRunCommand(app, &action);
  onnxifi::cli::AddBenchCommand(app, &action);
  onnxifi::cli::AddCompareCommand(app, &action);
  onnxifi::cli::AddPartitionCommand(app, &action);
  onnxifi::cli::AddCheckCasesCommand(app, &action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return onnxifi::cli::ReportError(
        onnxifi::cli::kErrorUsage,
        std::string("usage: ") + error.what() + ": see onnxifi --help",
        onnxifi::cli::kExitUsage);
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return RunTool(argc, argv);
  } catch (const std::bad_alloc&) {
    return onnxifi::cli::ReportError(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                                     "memory: none left: use a smaller "
                                     "model or free some",
                                     onnxifi::cli::kExitResources);
  } catch (const std::exception& error) {
    return onnxifi::cli::ReportError(onnxifi::cli::kErrorUsage,
                                     std::string("tool: ") + error.what(),
                                     onnxifi::cli::kExitUsage);
  }
}
