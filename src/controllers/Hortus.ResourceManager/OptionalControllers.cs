using Hortus.ResourceManager.Certificates;
using Hortus.ResourceManager.CriticalComponents;
using Hortus.ResourceManager.NetworkPolicies;
using Hortus.ResourceManager.ReconciliationDelay;
using Hortus.Tokens;

namespace Hortus.ResourceManager;

/// <summary>The controllers that a flag switches on.</summary>
internal static class OptionalControllers
{
    /// <summary>Adds those that are on.</summary>
    public static void Add(ControllerSetup setup)
    {
        if (setup.Options.TokenRequestor)
        {
            TokenReconciler.Add(TokenRequestorOf(setup));
        }

        if (setup.Options.CsrApprover)
        {
            CertificateApprover.Add(setup);
        }

        if (setup.Options.NodeCriticalComponents)
        {
            CriticalComponentsReconciler.Add(setup);
        }

        if (setup.Options.NodeAgentReconciliationDelay)
        {
            DelayReconciler.Add(setup);
        }

        if (setup.Options.NetworkPolicyController)
        {
            NetworkPolicyReconciler.Add(setup);
        }
    }

    /// <summary>The token requestor that the options ask for.</summary>
    internal static TokenRequestorSettings TokenRequestorOf(ControllerSetup setup) => new()
    {
        Source = setup.Source,
        Target = setup.Target.Client,
        TargetAuthority = setup.TargetAuthority,
        Class = setup.Options.TokenRequestorClass,
        Namespace = setup.Options.Namespace,
        SyncPeriod = setup.Options.SyncPeriod,
        Clock = setup.Clock,
        Logs = setup.Logs,
        Random = setup.Random,
    };
}
