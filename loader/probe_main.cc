// onnxifi-probe PLUGIN: loads a plugin, lists its backends and asks for their
// extensions, then writes "NUMBER TEXT" to descriptor 3: 0, or the number of
// the reason against it.
// Started by the loader; whatever the plugin does stays in this process.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/child_process.h"
#include "base/str_cat.h"
#include "loader/plugin.h"

int main(int argc, char** argv) {
  constexpr size_t kMaxText = 1024;
  if (argc != 2) return 2;
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::unique_ptr<onnxifi::loader::Plugin> plugin;
  const onnxifi::loader::Outcome outcome =
      onnxifi::loader::Plugin::Load(argv[1], &plugin);
  // What the host's loader will ask next.
  if (outcome.ok()) {
    for (const onnxBackendID id : plugin->TakeFirstIds()) {
      onnxifi::loader::Device device;
      device.inner = id;
      plugin->BindExtensions(&device);
    }
  }
  std::string text = outcome.text.substr(0, kMaxText);
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::string answer =
      onnxifi::StrCat(static_cast<int>(outcome.reason), " ", text, "\n");
  const bool written =
      write(onnxifi::kChildAnswerFd, answer.data(), answer.size()) ==
      static_cast<ssize_t>(answer.size());
  // No destructors: the plugin's may be as bad as its constructors.
  _exit(written ? 0 : 1);
}
