#ifndef ONNXIFI_PARTITIONER_CALIBRATION_TEXT_H_
#define ONNXIFI_PARTITIONER_CALIBRATION_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "partitioner/calibration.h"

namespace onnxifi::partitioner {

// More nodes of one device are not kept.
inline constexpr size_t kMostCalibratedNodes = size_t{1} << 15;

// A calibration as JSON, the same bytes for the same contents, and back.
// INVALID_PROPERTY, with what is wrong, for any text that FormatCalibration
// would not write for this device; members that are not known are passed over.
std::string FormatCalibration(const std::string& identity,
                              const Calibration& calibration);
Result<Calibration> ParseCalibration(std::string_view text,
                                     const std::string& identity);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_CALIBRATION_TEXT_H_
