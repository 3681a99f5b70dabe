/* SPDX-License-Identifier: Apache-2.0 */
#include "onnxifi/onnxifi.h" /* 1.0 include path */
