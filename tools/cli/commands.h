#ifndef ONNXIFI_TOOLS_CLI_COMMANDS_H_
#define ONNXIFI_TOOLS_CLI_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

namespace onnxifi::client {

// Each adds one subcommand and stores what to do when it is chosen; the call
// returns the exit code.
using Action = std::function<int()>;
void AddInfoCommand(CLI::App& app, Action* action);
void AddRunCommand(CLI::App& app, Action* action);
void AddBenchCommand(CLI::App& app, Action* action);
void AddCompareCommand(CLI::App& app, Action* action);
void AddPartitionCommand(CLI::App& app, Action* action);
void AddCheckCasesCommand(CLI::App& app, Action* action);
void AddCertifyCommand(CLI::App& app, Action* action);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_COMMANDS_H_
