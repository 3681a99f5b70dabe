#ifndef ONNXIFI_CLIENT_TEXT_H_
#define ONNXIFI_CLIENT_TEXT_H_

#include <string>
#include <string_view>

namespace onnxifi::client {

// Text from a model, a plugin or the command line, safe for a terminal and for
// JSON: valid UTF-8 stays, control characters, escapes and invalid bytes
// become \xNN.
std::string EscapeText(std::string_view text);

// A number with up to `digits` significant digits, with '.' whatever the
// locale is: "1.5", "nan", "-inf", "3e-07".
std::string NumberText(double number, int digits = 6);

// A number with exactly `decimals` digits after the point.
std::string FixedText(double number, int decimals);

// Milliseconds with three significant digits or more: "0.123", "12.3", "1234".
std::string MillisecondsText(double milliseconds);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_TEXT_H_
