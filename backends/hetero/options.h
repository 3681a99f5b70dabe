#ifndef ONNXIFI_BACKENDS_HETERO_OPTIONS_H_
#define ONNXIFI_BACKENDS_HETERO_OPTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "base/status.h"
#include "partitioner/measured_costs.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {

// What a client wants of a graph: options of initGraph by these keys or, for
// those that are not given, variables of the environment, read once for each
// graph.
//   devices    ONNXIFI_HETERO_DEVICES: parts of names, separated by commas:
//              only backends with one of them, in this order behind the host.
//              Not set: all but the null backend and others of type CPU.
//   placement  ONNXIFI_HETERO_PLACEMENT: auto (default); host: everything
//              there; random:N: each node on any device that runs it, for
//              tests, the same for the same N.
//   plan       ONNXIFI_HETERO_PLAN: file that pins nodes to devices
//              (plan_file.h).
//   calibration  ONNXIFI_HETERO_CALIBRATION: use (default): measured costs
//              where there are some; off: none; measure: what is missing is
//              measured first.
//   report     ONNXIFI_HETERO_REPORT: file that gets what was decided and what
//              happened, as JSON lines, one for each event.
struct Options {
  std::vector<std::string> devices;
  partitioner::PlacerOptions placement;
  partitioner::MeasuredCostsOptions costs;
  std::string report;

  // INVALID_PROPERTY for a value that is none of these, or a file that is no
  // plan.
  static Result<Options> Make(const std::map<std::string, std::string>& values);
  static std::vector<OptionInfo> Infos();
  static Result<Options> Parse(const char* devices, const char* placement,
                               const char* report);
  static Result<partitioner::MeasuredCostsOptions::Mode> ParseCalibration(
      const char* text);
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_OPTIONS_H_
