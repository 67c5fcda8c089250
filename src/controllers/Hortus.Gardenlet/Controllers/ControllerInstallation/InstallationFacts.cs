using Hortus.Charts;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What a ControllerInstallation stands for, as the garden has it.</summary>
/// <param name="Installation">The installation.</param>
/// <param name="Registration">What the extension serves.</param>
/// <param name="Deployment">How it is deployed; has a chart.</param>
/// <param name="Seed">Where it is deployed.</param>
/// <param name="Values">The values that users gave, with what they refer to.</param>
internal sealed record InstallationFacts(
    ControllerInstallation Installation,
    ControllerRegistration Registration,
    ControllerDeployment Deployment,
    Seed Seed,
    ResolvedValues Values);
