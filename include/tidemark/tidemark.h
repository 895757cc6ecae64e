#pragma once

/// Everything but <tidemark/cereal.h>, which is for those who save objects through cereal.

#include <tidemark/counter.h>
#include <tidemark/error.h>
#include <tidemark/generation.h>
#include <tidemark/key.h>
#include <tidemark/policy.h>
#include <tidemark/progress.h>
#include <tidemark/runtime.h>
#include <tidemark/saving.h>
#include <tidemark/session.h>
#include <tidemark/state.h>
#include <tidemark/stream.h>
