using Hortus.Client;

namespace Hortus.Operator;

/// <summary>What an Extension is made of.</summary>
/// <param name="Runtime">What serves the garden itself.</param>
/// <param name="Admission">What changes and judges objects of the virtual garden.</param>
/// <param name="Registration">What makes it known to seeds.</param>
internal sealed record ExtensionParts(RuntimeDeployment Runtime, AdmissionDeployment Admission, VirtualRegistration Registration)
{
    /// <summary>The parts in a runtime cluster.</summary>
    public static ExtensionParts In(IKubernetesClient runtime, ExtensionCharts charts)
    {
        var resources = new ExtensionResources(runtime);
        return new ExtensionParts(
            new RuntimeDeployment(runtime, charts, resources),
            new AdmissionDeployment(runtime, charts, resources),
            new VirtualRegistration(runtime, resources));
    }
}
