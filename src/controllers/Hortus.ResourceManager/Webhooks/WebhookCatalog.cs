using Hortus.Client;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Webhooks.Admission;
using Hortus.ResourceManager.Webhooks.Authorization;
using Hortus.ResourceManager.Webhooks.NodeAgents;
using Hortus.ResourceManager.Webhooks.ProjectedTokens;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks;

/// <summary>The webhooks that can be switched on.</summary>
internal static class WebhookCatalog
{
    private static readonly Dictionary<string, Func<ResourceManagerOptions, IKubernetesClient, IKubernetesClient, IWebhook>> Known = new()
    {
        [WebhookNames.ProjectedTokens] = (options, _, target) =>
            Admit(new ProjectedTokenWebhook(target, options.ProjectedTokenExpiration)),
        [WebhookNames.NodeAgents] = (options, source, target) => new AuthorizationEndpoint(new NodeAgentAuthorizer(
            new NodeAgentFacts(source, target, options.MachineNamespace), options.AuthorizeWithSelectors)),
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

    private static AdmissionEndpoint Admit(IAdmissionWebhook webhook) => new(webhook);
}
