#ifndef ONNXIFI_CLIENT_GENERATE_H_
#define ONNXIFI_CLIENT_GENERATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "client/host_tensor.h"
#include "client/host_value.h"
#include "client/model_info.h"

namespace onnxifi::client {

// How to make up the values of an input.
struct Generator {
  enum class Kind {
    kUniform,    // rand(low,high): uniform in [low, high)
    kNormal,     // randn: mean 0, deviation 1
    kZeros,      // zeros
    kOnes,       // ones
    kArange,     // arange: 0, 1, 2, ...
    kLightData,  // lightdata: i / n, what ONNX feeds its light models
  };
  Kind kind = Kind::kUniform;
  double low = 0;
  double high = 1;

  // Reads the notation above.
  static Result<Generator> Parse(std::string_view text);
};

// Zero-filled tensors for values whose shapes the model declares.
Result<std::vector<HostValue>> MakeTensors(
    const std::vector<ValueInfo>& values);

// Overwrites the tensor. Equal seeds and shapes give equal values everywhere.
void Fill(HostTensor& tensor, const Generator& generator, uint64_t seed);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_GENERATE_H_
