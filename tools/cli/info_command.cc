#include <onnxifi/onnxifi_loader.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/str_cat.h"
#include "client/client.h"
#include "client/interface.h"
#include "client/text.h"
#include "tools/cli/certificate_info.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

struct Options {
  BackendChoice choice;
  bool summary = false;
  bool as_json = false;
};

enum class Kind { kText, kNumber, kBits };

struct Query {
  onnxBackendInfo selector;
  const char* name;
  Kind kind;
};

constexpr Query kQueries[] = {
    {ONNXIFI_BACKEND_ONNXIFI_VERSION, "onnxifi_version", Kind::kBits},
    {ONNXIFI_BACKEND_NAME, "name", Kind::kText},
    {ONNXIFI_BACKEND_VENDOR, "vendor", Kind::kText},
    {ONNXIFI_BACKEND_VERSION, "version", Kind::kText},
    {ONNXIFI_BACKEND_EXTENSIONS, "extensions", Kind::kText},
    {ONNXIFI_BACKEND_DEVICE, "device", Kind::kText},
    {ONNXIFI_BACKEND_DEVICE_TYPE, "device_type", Kind::kBits},
    {ONNXIFI_BACKEND_ONNX_IR_VERSION, "onnx_ir_version", Kind::kText},
    {ONNXIFI_BACKEND_OPSET_VERSION, "opset_version", Kind::kText},
    {ONNXIFI_BACKEND_CAPABILITIES, "capabilities", Kind::kBits},
    {ONNXIFI_BACKEND_INIT_PROPERTIES, "init_properties", Kind::kBits},
    {ONNXIFI_BACKEND_MEMORY_TYPES, "memory_types", Kind::kBits},
    {ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES, "graph_init_properties",
     Kind::kBits},
    {ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, "synchronization_types",
     Kind::kBits},
    {ONNXIFI_BACKEND_MEMORY_SIZE, "memory_size", Kind::kNumber},
    {ONNXIFI_BACKEND_MAX_GRAPH_SIZE, "max_graph_size", Kind::kNumber},
    {ONNXIFI_BACKEND_MAX_GRAPH_COUNT, "max_graph_count", Kind::kNumber},
    {ONNXIFI_BACKEND_MACS_FP32, "macs_fp32", Kind::kNumber},
    {ONNXIFI_BACKEND_MACS_FP16, "macs_fp16", Kind::kNumber},
    {ONNXIFI_BACKEND_MEMORY_BANDWIDTH, "memory_bandwidth", Kind::kNumber},
    {ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH, "cpu_memory_read_bandwidth",
     Kind::kNumber},
    {ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH, "cpu_memory_write_bandwidth",
     Kind::kNumber},
    {ONNXIFI_BACKEND_PCI_BUS_ID, "pci_bus_id", Kind::kNumber},
    {ONNXIFI_BACKEND_PCI_DEVICE_ID, "pci_device_id", Kind::kNumber},
    {ONNXIFI_BACKEND_PCI_DOMAIN_ID, "pci_domain_id", Kind::kNumber},
    {ONNXIFI_BACKEND_DIRECTX_ID, "directx_id", Kind::kBits},
    {ONNXIFI_BACKEND_CUDA_INDEX, "cuda_index", Kind::kNumber},
    {ONNXIFI_BACKEND_OPENCL_PLATFORM_ID, "opencl_platform_id", Kind::kBits},
    {ONNXIFI_BACKEND_OPENCL_DEVICE_ID, "opencl_device_id", Kind::kBits},
};

const char* DeviceTypeName(uint64_t type) {
  switch (type) {
    case ONNXIFI_DEVICE_TYPE_NPU:
      return "NPU";
    case ONNXIFI_DEVICE_TYPE_DSP:
      return "DSP";
    case ONNXIFI_DEVICE_TYPE_GPU:
      return "GPU";
    case ONNXIFI_DEVICE_TYPE_CPU:
      return "CPU";
    case ONNXIFI_DEVICE_TYPE_FPGA:
      return "FPGA";
    case ONNXIFI_DEVICE_TYPE_HETEROGENEOUS:
      return "HETEROGENEOUS";
    default:
      return "unknown";
  }
}

std::string HexText(uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof(text), "0x%llx",
                static_cast<unsigned long long>(number));
  return text;
}

// Every query the backend answers.
json BackendJson(onnxBackendID id, size_t index) {
  json values = {{"index", index}};
  for (const Query& query : kQueries) {
    if (query.kind == Kind::kText) {
      const auto text = InfoText(id, query.selector);
      if (text) values[query.name] = EscapeText(*text);
      continue;
    }
    const auto number = InfoNumber(id, query.selector);
    if (!number) continue;
    if (query.kind == Kind::kNumber) {
      values[query.name] = *number;
    } else {
      values[query.name] = HexText(*number);
    }
  }
  if (const auto interface = Interface::Find(id)) {
    values["interface"] = interface->VersionText();
    values["interface_functions"] = interface->FunctionsText();
  } else {
    values["interface"] = "1.0";
  }
  const auto type = InfoNumber(id, ONNXIFI_BACKEND_DEVICE_TYPE);
  if (type) values["device_type"] = DeviceTypeName(*type);
  return values;
}

Result<json> LoadReport() {
  size_t size = 0;
  onnxStatus status = onnxifiGetLoadReport(nullptr, &size);
  std::string text;
  if (status == ONNXIFI_STATUS_FALLBACK) {
    text.assign(size, '\0');
    status = onnxifiGetLoadReport(text.data(), &size);
  }
  ONNXIFI_RETURN_IF_ERROR(CallStatus(status));
  json report = json::parse(text.c_str(), nullptr, false);
  if (!report.is_object()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "load report: malformed: report it");
  }
  return report;
}

// A member as text, whatever it is.
std::string Text(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return "";
  return EscapeText(it->is_string() ? it->get<std::string>() : it->dump());
}

// What lies beside the plugins that are loaded.
void AddCertificates(json& report) {
  const auto candidates = report.find("candidates");
  if (candidates == report.end() || !candidates->is_array()) return;
  for (json& candidate : *candidates) {
    const auto path = candidate.find("path");
    if (Text(candidate, "verdict") != "loaded" || path == candidate.end() ||
        !path->is_string()) {
      continue;
    }
    json certificate = CertificateJson(path->get<std::string>());
    if (!certificate.is_null()) candidate["certificate"] = certificate;
  }
}

void PrintCandidates(const json& report, bool summary) {
  const auto candidates = report.find("candidates");
  if (candidates == report.end() || !candidates->is_array()) return;
  for (const json& candidate : *candidates) {
    const std::string verdict = Text(candidate, "verdict");
    if (verdict == "loaded") {
      std::printf(
          "plugin  %s  %s backends  (%s)\n", Text(candidate, "path").c_str(),
          Text(candidate, "backends").c_str(), Text(candidate, "rule").c_str());
      // Why there are none.
      const std::string remark = Text(candidate, "text");
      if (Text(candidate, "backends") == "0" && !remark.empty()) {
        std::printf("        %s\n", remark.c_str());
      }
      if (candidate.contains("certificate")) {
        std::printf("        %s\n",
                    CertificateLine(candidate["certificate"]).c_str());
      }
      continue;
    }
    if (summary && verdict == "skipped") continue;
    std::printf("  !     %s  %s %s: %s\n", Text(candidate, "path").c_str(),
                verdict.c_str(), Text(candidate, "code").c_str(),
                Text(candidate, "text").c_str());
    const std::string fix = Text(candidate, "fix");
    if (!fix.empty()) std::printf("        fix: %s\n", fix.c_str());
  }
}

void PrintBackend(const json& values, bool summary) {
  std::printf("[%s] %s  %s  %s  version %s  interface %s  device %s\n",
              Text(values, "index").c_str(), Text(values, "name").c_str(),
              Text(values, "device_type").c_str(),
              Text(values, "vendor").c_str(), Text(values, "version").c_str(),
              Text(values, "interface").c_str(),
              Text(values, "device").c_str());
  if (summary) return;
  for (const auto& [key, value] : values.items()) {
    std::printf("    %-28s %s\n", key.c_str(),
                Text(values, key.c_str()).c_str());
  }
}

int Info(const Options& options) {
  if (const Status status = UsePlugin(options.choice); !status.ok()) {
    return ReportFailure(status, Step::kLoad);
  }
  const Result<BackendList> list = BackendList::Open();
  if (!list.ok()) return ReportFailure(list.status(), Step::kLoad);
  Result<json> report = LoadReport();
  if (!report.ok()) return ReportFailure(report.status(), Step::kLoad);

  AddCertificates(report.value());

  json backends = json::array();
  for (size_t i = 0; i < list.value().ids().size(); ++i) {
    backends.push_back(BackendJson(list.value().ids()[i], i));
  }
  if (options.as_json) {
    const json all = {{"schema", "onnxifi.info/1"},
                      {"version", VersionText()},
                      {"loader", std::move(report).value()},
                      {"backends", backends}};
    std::printf("%s\n", all.dump(1).c_str());
  } else {
    std::printf("%s\n", VersionText().c_str());
    PrintCandidates(report.value(), options.summary);
    for (const json& values : backends) PrintBackend(values, options.summary);
  }
  if (!backends.empty()) return kExitOk;
  return ReportError(kErrorNoBackend,
                     "backend: no plugin offers one: install a plugin or name "
                     "one with --plugin",
                     kExitNoBackend);
}

}  // namespace

void AddInfoCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "info", "Show plugins, why others were not used, and backends");
  command->add_option("--plugin", options->choice.plugin,
                      "Use this plugin file and no other");
  auto* summary = command->add_flag("--summary", options->summary,
                                    "One line for each plugin and backend");
  command->add_flag("--json", options->as_json, "Everything as JSON")
      ->excludes(summary);
  command->callback(
      [options, action] { *action = [options] { return Info(*options); }; });
}

}  // namespace onnxifi::client
