using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Webhooks.Authorization;
using Hortus.ResourceManager.Webhooks.DeletionProtection;
using Hortus.ResourceManager.Webhooks.ExtensionValidation;
using Hortus.ResourceManager.Webhooks.HighAvailability;
using Hortus.ResourceManager.Webhooks.NodeAgents;
using Hortus.ResourceManager.Webhooks.PodDefaults;
using Hortus.ResourceManager.Webhooks.ProjectedTokens;
using Hortus.ResourceManager.Webhooks.SystemComponents;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks;

/// <summary>The webhooks that can be switched on.</summary>
internal static class WebhookCatalog
{
    private static readonly Dictionary<string, Func<ResourceManagerOptions, IKubernetesClient, IKubernetesClient, IWebhook>> Known = new()
    {
        [WebhookNames.ProjectedTokens] = (options, _, target) =>
            Admit(new ProjectedTokenWebhook(target, options.ProjectedTokenExpiration)),
        [WebhookNames.NodeAgents] = (options, source, target) => new AuthorizationEndpoint(new NodeAgentAuthorizer(
            new NodeAgentFacts(source, target, options.MachineNamespace ?? options.Namespace), options.AuthorizeWithSelectors)),
        [WebhookNames.HighAvailability] = (options, _, target) => Admit(new HighAvailabilityWebhook(
            target, new EvictionDelays(options.DefaultNotReadyToleration, options.DefaultUnreachableToleration))),
        [WebhookNames.SystemComponents] = (options, _, target) =>
            Admit(new SystemComponentsWebhook(target, SystemComponentsSettings.Of(options))),
        [WebhookNames.DeletionProtection] = (_, _, _) => Admit(new DeletionProtectionWebhook()),
        [WebhookNames.ExtensionValidation] = (_, _, _) => Admit(new ExtensionValidationWebhook()),
        [WebhookNames.ServiceHost] = (options, _, _) =>
            AdmitPods(options.KubernetesServiceHost, "--kubernetes-service-host", PodRules.WithServiceHost),
        [WebhookNames.SeccompProfile] = (_, _, _) => Admit(new PodWebhook(PodRules.WithSeccompProfile)),
        [WebhookNames.PodSchedulerName] = (options, _, _) =>
            AdmitPods(options.DefaultPodScheduler, "--default-pod-scheduler", PodRules.WithScheduler),
    };

    /// <summary>Names of all.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>The webhooks that the flags switch on, by path.</summary>
    /// <exception cref="SettingException">A name is unknown, or a flag that it needs is missing or wrong.</exception>
    public static IReadOnlyDictionary<string, IWebhook> Make(
        ResourceManagerOptions options, IKubernetesClient source, IKubernetesClient target) =>
        options.Webhooks.Distinct().ToDictionary(
            name => WebhookNames.PathPrefix + name,
            name => Known.TryGetValue(name, out var make)
                ? make(options, source, target)
                : throw new SettingException(
                    $"--webhooks: there is no webhook \"{name}\"; there are {string.Join(", ", Names.Order(StringComparer.Ordinal))}"));

    private static AdmissionEndpoint AdmitPods(string? value, string flag, Func<JsonObject, string, JsonObject> rule) =>
        string.IsNullOrEmpty(value)
            ? throw new SettingException($"{flag} is missing: a webhook of --webhooks needs it")
            : Admit(new PodWebhook(pod => rule(pod, value)));

    private static AdmissionEndpoint Admit(IAdmissionWebhook webhook) => new(webhook);
}
