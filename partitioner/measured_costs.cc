#include "partitioner/measured_costs.h"

#include <chrono>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/calibration_file.h"
#include "partitioner/calibrator.h"
#include "partitioner/node_model.h"

namespace onnxifi::partitioner {
namespace {

using Mode = MeasuredCostsOptions::Mode;

void Apply(const Calibration& calibration, const std::vector<std::string>& keys,
           const DeviceFigures& told, DeviceView* view) {
  view->figures = calibration.Correct(told);
  view->measured.assign(keys.size(), -1);
  for (size_t n = 0; n < keys.size(); ++n) {
    const auto found = calibration.nodes.find(keys[n]);
    if (found != calibration.nodes.end()) view->measured[n] = found->second;
  }
}

// Measured costs for one graph, device after device. One thread at a time.
class CostSupplier {
 public:
  CostSupplier(const graph::Graph& graph, const MeasuredCostsOptions& options,
               std::vector<std::string>* remarks)
      : graph_(graph), options_(options), remarks_(remarks) {}

  void Supply(Device& device, DeviceView* view) {
    const std::string identity = DeviceIdentity(device);
    Calibration kept;
    if (options_.mode != Mode::kAnew) kept = Load(identity);
    if (options_.mode != Mode::kUse && !device.lost()) {
      Measure(device, identity, *view, &kept);
    }
    if (!kept.empty()) Apply(kept, Keys(), device.figures(), view);
  }
  std::vector<CalibratedDevice> TakeTold() { return std::move(told_); }

 private:
  // Made at the first need: most machines keep no calibration.
  const std::vector<std::string>& Keys() {
    if (keys_.empty()) keys_ = NodeKeys(graph_);
    return keys_;
  }

  Calibration Load(const std::string& identity) {
    Result<Calibration> kept = LoadCalibration(options_.directory, identity);
    if (kept.ok()) return *std::move(kept);
    remarks_->push_back(kept.status().message());
    return {};
  }

  void Measure(Device& device, const std::string& identity,
               const DeviceView& view, Calibration* kept) {
    Calibrator::Progress progress;
    if (options_.progress) {
      progress = [&](size_t done, size_t all) {
        options_.progress(device, done, all);
      };
    }
    const auto start = std::chrono::steady_clock::now();
    Calibrator calibrator(device, graph_, Keys(), view);
    const CalibrationResult result =
        calibrator.Measure(*kept, options_.budget_ns, progress);
    const std::chrono::nanoseconds spent =
        std::chrono::steady_clock::now() - start;
    const Calibration& measured = result.measured;
    if (measured.empty() && result.failed + result.too_late == 0) return;
    told_.push_back({device.name(), measured.nodes.size(), result.failed,
                     result.too_late, measured.launch.has_value(),
                     measured.from_host.has_value(), spent.count()});
    if (measured.empty()) return;
    if (!result.figures.ok()) {
      remarks_->push_back(StrCat(
          device.name(),
          ": launch and copies are not measured: ", result.figures.message()));
    }
    kept->Merge(measured);
    const Status stored =
        StoreCalibration(options_.directory, identity, measured);
    if (!stored.ok()) remarks_->push_back(stored.message());
  }

  const graph::Graph& graph_;
  const MeasuredCostsOptions& options_;
  std::vector<std::string>* const remarks_;
  std::vector<std::string> keys_;
  std::vector<CalibratedDevice> told_;
};

}  // namespace

std::vector<CalibratedDevice> UseMeasuredCosts(
    const graph::Graph& graph, const MeasuredCostsOptions& options,
    Placer* placer, std::vector<std::string>* remarks) {
  if (options.mode == Mode::kOff) return {};
  CostSupplier supplier(graph, options, remarks);
  std::vector<DeviceView>& views = placer->views();
  for (size_t d = 0; d < views.size(); ++d) {
    // A device without answers is not used.
    if (views[d].support.empty()) continue;
    supplier.Supply(*placer->devices()[d], &views[d]);
  }
  return supplier.TakeTold();
}

}  // namespace onnxifi::partitioner
