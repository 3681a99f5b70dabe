#ifndef ONNXIFI_PARTITIONER_CALIBRATION_FILE_H_
#define ONNXIFI_PARTITIONER_CALIBRATION_FILE_H_

#include <cstddef>
#include <string>

#include "base/status.h"
#include "partitioner/calibration.h"

namespace onnxifi::partitioner {

// What one device's file may have.
inline constexpr size_t kMostCalibrationBytes = size_t{8} << 20;

// Where calibrations are kept: $XDG_CACHE_HOME/onnxifi/calibration, where the
// default of the variable is ~/.cache. Empty in a process with raised rights,
// and where neither is an absolute path: then nothing is kept.
std::string CalibrationDirectory();

// What a calibration holds for: the backend's name, version, vendor and
// device, the host's processor and how many of its CPUs are used. Printable.
std::string DeviceIdentity(const Device& device);

// What is kept for the device; nothing when there is no file. Fails when there
// is one that is not to be trusted: another user's, one that others may write,
// no regular file, too large, or not ParseCalibration's.
Result<Calibration> LoadCalibration(const std::string& directory,
                                    const std::string& identity);

// Merges into what is kept, and replaces the file in one step: a reader sees
// the old one or the new one. Of two writers at once, one may be forgotten.
Status StoreCalibration(const std::string& directory,
                        const std::string& identity,
                        const Calibration& calibration);

// For tests and messages: the device's file.
std::string CalibrationPath(const std::string& directory,
                            const std::string& identity);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_CALIBRATION_FILE_H_
