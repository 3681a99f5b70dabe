#include "tools/cli/partition_costs.h"

#include <stdlib.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "base/str_cat.h"
#include "client/text.h"
#include "partitioner/calibration_file.h"
#include "partitioner/measured_costs.h"

namespace onnxifi::client {
namespace {

using Mode = partitioner::MeasuredCostsOptions::Mode;

constexpr int kMostSeconds = 86400;

// 0 for a text that is no time of use.
double SecondsOf(const std::string& text) {
  double seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  const bool fits = error == std::errc() && stop == end && seconds > 0 &&
                    seconds <= kMostSeconds;
  return fits ? seconds : 0;
}

// A file that the backend would not look at is not looked at here.
bool IsOff() {
  const char* text = secure_getenv("ONNXIFI_HETERO_CALIBRATION");
  return text != nullptr && std::string_view(text) == "off";
}

void ShowProgress(const partitioner::Device& device, size_t done, size_t all) {
  std::fprintf(stderr, "\r\x1b[Kcalibrate %s: %zu of %zu kinds of nodes",
               EscapeText(device.name()).c_str(), done, all);
  std::fflush(stderr);
}

std::string ToldOf(const partitioner::CalibratedDevice& device) {
  std::string text = StrCat(
      device.name, ": calibrated in ",
      FixedText(static_cast<double>(device.spent_ns) / 1e9, 1),
      " s: ", device.figures ? "launch, " : "", device.copies ? "copies, " : "",
      device.measured, " kinds of nodes");
  if (device.failed > 0) {
    text += StrCat("; ", device.failed, " did not run alone");
  }
  if (device.too_late > 0) {
    text += StrCat("; no time was left for ", device.too_late);
  }
  return text;
}

}  // namespace

void AddCostOptions(CLI::App* command, CostOptions* options) {
  // A flag, so that the model's name is never taken for its value.
  command
      ->add_flag("--calibrate{10}", options->seconds,
                 "Measure launches, copies and nodes and keep that, for at "
                 "most 10 seconds a device (or --calibrate=SECONDS)")
      ->check([](const std::string& text) {
        return SecondsOf(text) > 0
                   ? std::string()
                   : StrCat("--calibrate is '", EscapeText(text),
                            "'; it may be above 0 and up to ", kMostSeconds,
                            " seconds");
      });
}

void UseCosts(const CostOptions& options, const graph::Graph& graph,
              partitioner::Placer* placer, std::vector<std::string>* remarks) {
  partitioner::MeasuredCostsOptions costs;
  costs.directory = partitioner::CalibrationDirectory();
  if (!options.seconds.empty()) {
    costs.mode = Mode::kAnew;
    costs.budget_ns = std::llround(SecondsOf(options.seconds) * 1e9);
    if (isatty(STDERR_FILENO) != 0) costs.progress = &ShowProgress;
  } else if (IsOff()) {
    costs.mode = Mode::kOff;
  }
  const auto devices =
      partitioner::UseMeasuredCosts(graph, costs, placer, remarks);
  if (costs.progress) std::fputs("\r\x1b[K", stderr);
  for (const auto& device : devices) remarks->push_back(ToldOf(device));
}

std::string SourcesText(const partitioner::SourceCounts& counts) {
  std::string text;
  for (size_t i = 0; i < counts.size(); ++i) {
    text += StrCat(
        i == 0 ? "" : ", ", counts[i], " ",
        partitioner::CostSourceName(static_cast<partitioner::CostSource>(i)));
  }
  return text;
}

nlohmann::json SourcesJson(const partitioner::SourceCounts& counts) {
  nlohmann::json object = nlohmann::json::object();
  for (size_t i = 0; i < counts.size(); ++i) {
    object[partitioner::CostSourceName(
        static_cast<partitioner::CostSource>(i))] = counts[i];
  }
  return object;
}

nlohmann::json FiguresJson(const partitioner::DeviceFigures& figures) {
  const auto copy = [](const partitioner::CopyCost& cost) {
    return nlohmann::json{{"latency_ns", cost.latency},
                          {"picoseconds_per_byte", cost.picoseconds}};
  };
  return {{"launch_ns", figures.launch},
          {"from_host", copy(figures.from_host)},
          {"to_host", copy(figures.to_host)}};
}

}  // namespace onnxifi::client
